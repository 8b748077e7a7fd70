package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.checker.Observations;
import dev.twinkeeper.scenarios.checker.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What happened, for a person who asks why a scenario failed: the events of the participants and the commits of the
 * servers, on one time line.
 */
final class FailureReport {
    /** Enough to see a failover; more would bury it. */
    private static final int LAST = 60;

    private record Line(Instant at, String text) {}

    private final Instant begin;
    private final String root;
    private final Observations observations;

    FailureReport(Instant begin, String root, Observations observations) {
        this.begin = begin;
        this.root = root;
        this.observations = observations;
    }

    String tell(List<TimedEvent<Object>> events, List<Commit> commits) {
        List<Line> lines = new ArrayList<>();
        for (Commit commit : last(commits)) {
            lines.add(new Line(commit.time(), "    " + commit.text(observations.participant(commit.session()), root)));
        }
        for (TimedEvent<Object> timed : last(events)) {
            lines.add(new Line(timed.at(), timed.participant() + " tells " + text(timed.event())));
        }
        lines.sort(Comparator.comparing(Line::at));
        return lines.stream().map(this::text).collect(Collectors.joining("\n"));
    }

    /** A violation with the commits around it. */
    String tell(Violation violation) {
        return (violation + "\n" + String.join("\n", violation.records()) + "\n").replace(root, "");
    }

    private static <T> List<T> last(List<T> all) {
        return all.subList(Math.max(0, all.size() - LAST), all.size());
    }

    private String text(Object event) {
        return event.toString().replace(root, "");
    }

    private String text(Line line) {
        return "%+9.3f s  %s".formatted(Duration.between(begin, line.at).toMillis() / 1000.0, line.text);
    }
}
