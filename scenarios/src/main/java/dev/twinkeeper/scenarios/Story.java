package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.oracle.Change;
import dev.twinkeeper.scenarios.oracle.Commit;
import dev.twinkeeper.scenarios.oracle.Testimony;
import dev.twinkeeper.scenarios.oracle.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What happened, for a person who asks why a scenario failed: what the roles told and what the servers committed, on
 * one time line.
 */
final class Story {
    /** Enough to see a failover; more would bury it. */
    private static final int LAST = 60;

    private record Line(Instant at, String text) {}

    private final Instant begin;
    private final String root;
    private final Testimony testimony;

    Story(Instant begin, String root, Testimony testimony) {
        this.begin = begin;
        this.root = root;
        this.testimony = testimony;
    }

    String tell(List<Heard<Event>> events, List<Commit> commits) {
        List<Line> lines = new ArrayList<>();
        for (Commit commit : last(commits)) {
            lines.add(new Line(commit.time(), "    " + text(commit)));
        }
        for (Heard<Event> heard : last(events)) {
            lines.add(new Line(heard.at(), heard.actor() + " tells " + text(heard.event())));
        }
        lines.sort(Comparator.comparing(Line::at));
        return lines.stream().map(this::text).collect(Collectors.joining("\n"));
    }

    /** A violation with the commits around it. */
    String tell(Violation violation) {
        String around = violation.around().stream()
                .map(commit -> (commit.zxid() == violation.zxid() ? "  > " : "    ") + text(commit) + "\n")
                .collect(Collectors.joining());
        return (violation + "\n").replace(root, "") + around;
    }

    private static <T> List<T> last(List<T> all) {
        return all.subList(Math.max(0, all.size() - LAST), all.size());
    }

    /** Paths without the chroot, as at zkCli. */
    private String text(Commit commit) {
        String changes = commit.changes().stream().map(Change::toString).collect(Collectors.joining(" · "));
        return "0x%x %s: %s"
                .formatted(commit.zxid(), testimony.participant(commit.session()), changes.replace(root, ""));
    }

    private String text(Event event) {
        return event.toString().replace(root, "");
    }

    private String text(Line line) {
        return "%+9.3f s  %s".formatted(Duration.between(begin, line.at).toMillis() / 1000.0, line.text);
    }
}
