package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.databind.JsonNode;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What was seen from outside, as Jepsen writes it down: each operation of a client is an {@code invoke} and then
 * {@code ok}, {@code fail} (surely not applied) or {@code info} (nobody knows); workers' executions; whose session is
 * whose. Times are the recorder's, in microseconds.
 */
final class History {
    /** The process of the run's operator at zkCli. */
    static final String OPERATOR = "operator";

    /** What was told of one task. */
    static final class Told {
        long acknowledged = -1;
        long reported = -1;

        /** The worker of each execution, in the order in which they began. */
        List<String> executions = List.of();

        void executed(String worker) {
            List<String> all = new ArrayList<>(executions.size() + 1);
            all.addAll(executions);
            all.add(worker);
            executions = List.copyOf(all);
        }
    }

    /**
     * What a JVM may take to start on a full machine, in microseconds. It is none of a role's time: its life begins with
     * its first session, and only one that has none for so long is counted all the same.
     */
    private static final long STARTING = 30_000_000;

    /** From the first session of a process to its end, by the recorder's clock. */
    record Life(long from, long to) {}

    private final Map<Long, SessionOwner> sessions = new HashMap<>();
    private final Map<String, SessionOwner> processes = new HashMap<>();
    private final Map<String, List<Life>> lives = new HashMap<>();
    private final Map<String, Long> newest = new HashMap<>();
    private final Set<Long> closed = new HashSet<>();
    private final Map<String, String> open = new HashMap<>();
    private final List<Observations.Submit> submits = new ArrayList<>();
    private final List<Observations.Reported> reports = new ArrayList<>();
    private final Set<TaskId> collects = new HashSet<>();
    private final Set<String> unknown = new HashSet<>();
    private final Map<TaskId, Told> tasks = new HashMap<>();
    private final Violations violations;
    private final Map<String, Integer> incarnations = new HashMap<>();

    History(Violations violations) {
        this.violations = violations;
    }

    static History read(Path file, Violations violations) throws IOException {
        History history = new History(violations);
        JsonLines.each(file, history::add);
        history.end();
        return history;
    }

    private void add(JsonNode line) {
        String process = line.path("process").asText();
        String type = line.path("type").asText();
        switch (line.path("op").asText()) {
            case "process" -> process(process, type, line);
            case "session" -> {
                session(process, JsonLines.hex(line.path("session")));
                connected(process, at(line));
            }
            case "submit" -> submit(process, type, line);
            case "outcome" -> outcome(type, line);
            case "collect" -> collects.add(task(line));
            case "execute" -> execute(process, type, line);
            // Narrative: what the roles say of themselves is no evidence.
            default -> {}
        }
    }

    // Who is who.

    private void process(String process, String type, JsonNode line) {
        List<Life> all = lives.computeIfAbsent(process, unused -> new ArrayList<>());
        if (type.equals("start")) {
            processes.put(process, participant(process));
            newest.remove(process);
            all.add(new Life(at(line) + STARTING, Long.MAX_VALUE));
            return;
        }
        if (!all.isEmpty()) {
            Life life = all.remove(all.size() - 1);
            all.add(new Life(life.from, at(line)));
        }
        if (line.path("how").asText().equals("closed") && newest.containsKey(process)) {
            closed.add(newest.get(process));
        }
    }

    private void connected(String process, long at) {
        List<Life> all = lives.getOrDefault(process, List.of());
        int last = all.size() - 1;
        if (last >= 0 && at < all.get(last).from) {
            all.set(last, new Life(at, all.get(last).to));
        }
    }

    private SessionOwner participant(String process) {
        SessionOwner.Kind kind = kind(process);
        int incarnation = incarnations.merge(process, 1, Integer::sum);
        return new SessionOwner(incarnation == 1 ? process : process + "#" + incarnation, kind, process);
    }

    private static SessionOwner.Kind kind(String process) {
        return switch (process.replaceAll("[0-9]+$", "")) {
            case "m" -> SessionOwner.Kind.MASTER;
            case "w" -> SessionOwner.Kind.WORKER;
            case "c" -> SessionOwner.Kind.CLIENT;
            default -> SessionOwner.Kind.OPERATOR;
        };
    }

    private void session(String process, long session) {
        SessionOwner owner = processes.computeIfAbsent(process, this::participant);
        SessionOwner before = sessions.putIfAbsent(session, owner);
        if (before != null && !before.equals(owner)) {
            violations.enter(
                    ViolationKind.EVIDENCE,
                    -1,
                    "session 0x%x is said to be %s's and %s's".formatted(session, before, owner));
        }
        newest.put(process, session);
    }

    // What clients were told.

    private void submit(String process, String type, JsonNode line) {
        String id = process + " " + line.path("id").asText();
        if (type.equals("invoke")) {
            open.put(id, line.path("command").asText());
            return;
        }
        String command = open.remove(id);
        if (command == null) {
            violations.enter(ViolationKind.EVIDENCE, -1, "the history ends a submit that never began: " + line);
            return;
        }
        switch (type) {
            case "ok" -> {
                submits.add(new Observations.Submit(Data.of(command), Optional.of(task(line)), false));
                told(task(line)).acknowledged = at(line);
            }
            case "fail" -> submits.add(new Observations.Submit(Data.of(command), Optional.empty(), true));
            default -> inDoubt(command);
        }
    }

    private void inDoubt(String command) {
        submits.add(new Observations.Submit(Data.of(command), Optional.empty(), false));
        unknown.add(command);
    }

    private void outcome(String type, JsonNode line) {
        if (!type.equals("ok")) {
            return;
        }
        String text = line.path("result").asText();
        Outcome outcome = line.path("outcome").asText().equals("done")
                ? new Outcome.Done(Payload.of(text))
                : new Outcome.Failed(text);
        reports.add(new Observations.Reported(task(line), outcome));
        Told told = told(task(line));
        told.reported = told.reported < 0 ? at(line) : told.reported;
    }

    private void execute(String process, String type, JsonNode line) {
        if (type.equals("begin")) {
            told(task(line)).executed(process);
        }
    }

    /** What was never answered is in doubt too. */
    private void end() {
        open.values().forEach(this::inDoubt);
        open.clear();
    }

    private static TaskId task(JsonNode line) {
        return new TaskId(line.path("task").asText());
    }

    private static long at(JsonNode line) {
        return line.path("at").asLong();
    }

    private Told told(TaskId task) {
        return tasks.computeIfAbsent(task, unused -> new Told());
    }

    // For the checker.

    /** The tasks that anything was told of. */
    Map<TaskId, Told> tasks() {
        return tasks;
    }

    /** The commands of the submits that nobody knows the end of. */
    Set<String> unknown() {
        return unknown;
    }

    /** Whether that session is anybody's. */
    boolean knows(long session) {
        return sessions.containsKey(session);
    }

    /** The lives of a process, one after the other. */
    List<Life> lives(String process) {
        return lives.getOrDefault(process, List.of());
    }

    /** The processes of workers. */
    List<String> workers() {
        return lives.keySet().stream()
                .filter(process -> kind(process) == SessionOwner.Kind.WORKER)
                .sorted()
                .toList();
    }

    Observations observations(Duration retention) {
        return new Observations(sessions, submits, reports, collects, List.of(), closed, retention);
    }
}
