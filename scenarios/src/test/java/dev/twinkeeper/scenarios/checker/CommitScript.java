package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Commits made up, with a second between them, and what the checker says of them. */
final class CommitScript {
    static final long M1 = 11;
    static final long M1_AGAIN = 12;
    static final long M2 = 21;
    static final long W1 = 31;
    static final long W1_AGAIN = 32;
    static final long W2 = 41;
    static final long C1 = 51;
    static final long PERSON = 61;

    static final String TASK = "task-0000000000";
    static final String COMMAND = "cmd";

    private final List<Commit> commits = new ArrayList<>();
    private final Map<Long, SessionOwner> sessions = new HashMap<>();
    private final List<Observations.Submit> submits = new ArrayList<>();
    private final List<Observations.Reported> reports = new ArrayList<>();
    private final List<Observations.Registration> registrations = new ArrayList<>();
    private final Set<TaskId> collects = new HashSet<>();
    private final Set<Long> closed = new HashSet<>();
    private final Map<String, Integer> versions = new HashMap<>();

    private Instant time = Instant.parse("2026-11-20T10:00:00Z");

    CommitScript() {
        participant(SessionOwner.Kind.MASTER, "m1", M1, M1_AGAIN);
        participant(SessionOwner.Kind.MASTER, "m2", M2);
        participant(SessionOwner.Kind.WORKER, "w1", W1, W1_AGAIN);
        participant(SessionOwner.Kind.WORKER, "w2", W2);
        participant(SessionOwner.Kind.CLIENT, "c1", C1);
        participant(SessionOwner.Kind.OPERATOR, "operator1", PERSON);
    }

    private void participant(SessionOwner.Kind kind, String name, long... each) {
        for (long session : each) {
            sessions.put(session, new SessionOwner(name, kind, name));
        }
    }

    // Commits.

    CommitScript commit(long session, Change... changes) {
        time = time.plusSeconds(1);
        commits.add(new Commit(0x100 + commits.size(), session, time, List.of(changes)));
        return this;
    }

    /** Less than a second after the one before. */
    CommitScript soon(long session, Change... changes) {
        time = time.minusMillis(900);
        return commit(session, changes);
    }

    static Change create(String path) {
        return new Change.Create(path, Data.NONE, false);
    }

    static Change create(String path, String data) {
        return new Change.Create(path, Data.of(data), false);
    }

    static Change ephemeral(String path) {
        return new Change.Create(path, Data.NONE, true);
    }

    static Change delete(String path) {
        return new Change.Delete(path);
    }

    Change set(String path) {
        return new Change.SetData(path, Data.NONE, versions.merge(path, 1, Integer::sum));
    }

    static Change ended(String... paths) {
        return new Change.SessionClosed(List.of(paths));
    }

    CommitScript claim(long session) {
        return commit(session, ephemeral("/master"), set("/master"), set("/master-epoch"));
    }

    CommitScript submit() {
        submits.add(new Observations.Submit(Data.of(COMMAND), Optional.of(new TaskId(TASK)), false));
        return commit(C1, create("/tasks/" + TASK, COMMAND));
    }

    CommitScript assign(long session, String worker) {
        return commit(session, create(assignment(worker)));
    }

    CommitScript complete(long session, String worker) {
        return commit(session, delete(assignment(worker)), status());
    }

    static String assignment(String worker) {
        return "/assign/" + worker + "/" + TASK;
    }

    static Change status() {
        return create("/tasks/" + TASK + "/status", "done\nresult");
    }

    static Change[] removal() {
        return new Change[] {delete("/tasks/" + TASK + "/status"), delete("/tasks/" + TASK)};
    }

    // Observations.

    CommitScript submitted(String command, String task) {
        submits.add(new Observations.Submit(
                Data.of(command), Optional.ofNullable(task).map(TaskId::new), false));
        return this;
    }

    CommitScript refused(String command) {
        submits.add(new Observations.Submit(Data.of(command), Optional.empty(), true));
        return this;
    }

    CommitScript asksToCollect() {
        collects.add(new TaskId(TASK));
        return this;
    }

    CommitScript reported(Outcome outcome) {
        reports.add(new Observations.Reported(new TaskId(TASK), outcome));
        return this;
    }

    CommitScript registered(String worker, long session) {
        registrations.add(new Observations.Registration(new WorkerId(worker), session));
        return this;
    }

    CommitScript closed(long session) {
        closed.add(session);
        return this;
    }

    // Checks.

    List<Violation> violations() {
        Observations observations =
                new Observations(sessions, submits, reports, collects, registrations, closed, Duration.ofSeconds(30));
        return new Checker(new Layout(""), observations).check(commits);
    }

    List<Rule> brokenRules() {
        return violations().stream()
                .flatMap(violation -> violation.rule().stream())
                .toList();
    }
}
