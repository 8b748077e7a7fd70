package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the records around what is wrong, in a second reading of the logs and the history: a run that is in order never
 * pays for it.
 */
final class ViolationContext implements Ledger.Reader {
    /** Before and after; enough to see who did what. */
    private static final int AROUND = 4;

    /** Of one task; a task has five commits and ten lines in its life. */
    private static final int OF_A_TASK = 14;

    private static final int WIDTH = 400;

    /** A task's name, within a message. */
    private static final Pattern TASK = Pattern.compile("[A-Za-z0-9_.-]*-?\\d{10}\\b");

    /** A finding, and what was found for it. */
    private static final class Track {
        final Violation finding;
        final String task;
        final List<String> around = new ArrayList<>();
        final List<String> records = new ArrayList<>();
        int after = -1;

        Track(Violation finding) {
            this.finding = finding;
            this.task = finding.task().map(TaskId::name).orElseGet(() -> named(finding.message()));
        }

        private static String named(String message) {
            Matcher matcher = TASK.matcher(message);
            return matcher.find() ? matcher.group() : "";
        }

        Violation found() {
            List<String> all = new ArrayList<>(around);
            records.stream().filter(record -> !all.contains(record)).forEach(all::add);
            return finding.with(all);
        }
    }

    private final Run run;
    private final Observations observations;
    private final List<Track> tracks = new ArrayList<>();
    private final Map<Long, List<Track>> byZxid = new HashMap<>();
    private final Map<String, List<Track>> byTask = new HashMap<>();
    private final List<Track> open = new ArrayList<>();
    private final Deque<String> before = new ArrayDeque<>();

    ViolationContext(Run run, Observations observations, List<Violation> findings) {
        this.run = run;
        this.observations = observations;
        for (Violation finding : findings) {
            Track track = new Track(finding);
            tracks.add(track);
            if (finding.zxid() >= 0) {
                byZxid.computeIfAbsent(finding.zxid(), unused -> new ArrayList<>())
                        .add(track);
            }
            if (!track.task.isEmpty()) {
                byTask.computeIfAbsent(track.task, unused -> new ArrayList<>()).add(track);
            }
        }
    }

    List<Violation> follow(Ledger ledger, Path history) throws IOException {
        ledger.read(this);
        if (!byTask.isEmpty()) {
            JsonLines.each(history, line -> {
                for (Track track : byTask.getOrDefault(line.path("task").asText(), List.of())) {
                    record(track, "history: " + cut(line.toString()));
                }
            });
        }
        return tracks.stream().map(Track::found).toList();
    }

    @Override
    public void entry(Ledger.Entry entry) throws IOException {
        Commit commit = entry.commit("");
        List<Track> here = byZxid.getOrDefault(entry.zxid(), List.of());
        if (commit.changes().isEmpty() && here.isEmpty()) {
            return;
        }
        String text = text(commit, entry.committed());
        open.forEach(track -> track.around.add("    " + text));
        open.removeIf(track -> ++track.after >= AROUND);
        for (Track track : here) {
            before.forEach(earlier -> track.around.add("    " + earlier));
            track.around.add("  > " + text);
            track.after = 0;
            open.add(track);
        }
        before.add(text);
        if (before.size() > AROUND) {
            before.remove();
        }
        ofTasks(commit, entry.committed());
    }

    private void ofTasks(Commit commit, boolean committed) {
        if (byTask.isEmpty()) {
            return;
        }
        for (Change change : commit.changes()) {
            for (String element : change.toString().split("[/ ]")) {
                for (Track track : byTask.getOrDefault(element, List.of())) {
                    record(track, "    " + head(commit, committed) + change);
                }
            }
        }
    }

    private static void record(Track track, String text) {
        if (track.records.size() < 2 * OF_A_TASK) {
            track.records.add(text);
        }
    }

    private String text(Commit commit, boolean committed) {
        StringBuilder text = new StringBuilder(head(commit, committed));
        String separator = "";
        for (Change change : commit.changes()) {
            text.append(separator).append(change);
            separator = " · ";
            if (text.length() > WIDTH) {
                break;
            }
        }
        return cut(text.toString());
    }

    private String head(Commit commit, boolean committed) {
        return "0x%x %s %s%s: "
                .formatted(
                        commit.zxid(),
                        run.told(commit.time()),
                        observations.participant(commit.session()),
                        committed ? "" : " (proposed, never committed)");
    }

    private static String cut(String text) {
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH) + "…";
    }

    @Override
    public void disagreement(long zxid, String message) {
        // Known from the first reading.
    }

    @Override
    public void gap(long zxid, String message) {
        // Known from the first reading.
    }
}
