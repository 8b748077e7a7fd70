package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.layout.Layout;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.txn.Txn;

/**
 * A run that never was: its evidence is written by the test, in order or with something wrong in it. Time goes on by ten
 * milliseconds with each step, and by more where the test says so.
 */
final class PlantedRun implements AutoCloseable {
    static final Instant BEGIN = Instant.parse("2026-11-20T10:00:00Z");
    static final int SESSION_TIMEOUT_MS = 2_000;

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Layout LAYOUT = new Layout("");

    final LogWriter scribe;

    private final Path out;
    private final BufferedWriter history;
    private final BufferedWriter faults;
    private final Map<String, Long> sessions = new HashMap<>();
    private final Map<String, String> commands = new HashMap<>();
    private final List<String> footprints = new ArrayList<>();
    private final List<String> clockSteps = new ArrayList<>();
    private long now = 10;
    private long ahead;
    private long ids;
    private int sequence;
    private int epoch;
    private boolean treeRead = true;

    PlantedRun(Path out) throws IOException {
        this.out = out;
        scribe = new LogWriter(out.resolve("servers"));
        history = Files.newBufferedWriter(out.resolve("history.jsonl"));
        faults = Files.newBufferedWriter(out.resolve("faults.jsonl"));
        LAYOUT.parents().forEach(parent -> commit("operator", scribe.create(parent, "", false)));
    }

    // Time.

    void passes(long ms) {
        now += ms;
    }

    /** The clock of the machine is set, or the machine is halted: the recorder's clock does not see it pass. */
    void clockSet(long ms) {
        ahead += ms;
        clockSteps.add("{\"at\":%d,\"ahead_ms\":%d}".formatted(now * 1_000, ahead));
    }

    private long tick() {
        now += 10;
        return BEGIN.toEpochMilli() + now + ahead;
    }

    // The log.

    long session(String process) {
        return sessions.computeIfAbsent(process, unused -> {
            long session = 0x1000L + sessions.size() + (ids++ << 16);
            tell(process, "session").put("session", "0x" + Long.toHexString(session));
            flush();
            return session;
        });
    }

    long commit(String process, Txn... operations) {
        return scribe.commit(session(process), tick(), operations);
    }

    /** The session ends with its ephemerals; the process gets another when it next does something. */
    void expire(String process) {
        scribe.close(session(process), tick());
        sessions.remove(process);
    }

    void claim(String master) {
        commit(
                master,
                scribe.create("/master", master, true),
                scribe.set("/master", master, 1),
                scribe.set("/master-epoch", master + " nonce"));
        epoch++;
    }

    void register(String worker, int slots) {
        if (scribe.tree().getNode("/assign/" + worker) == null) {
            commit(worker, scribe.create("/assign/" + worker, "", false));
        }
        commit(worker, scribe.create("/workers/" + worker, "here slots=" + slots, true));
    }

    void starts(String process) {
        tell(process, "process").put("type", "start").put("pid", 1);
    }

    void ends(String process) {
        tell(process, "process").put("type", "end").put("how", "killed");
    }

    String create(String client, String command) {
        String task = "task-token-%010d".formatted(sequence++);
        commit(client, scribe.create("/tasks/" + task, command, false));
        commands.put(task, command);
        return task;
    }

    void assign(String master, String worker, String task) {
        commit(
                master,
                scribe.check("/master"),
                scribe.check("/master-epoch"),
                scribe.create("/assign/" + worker + "/" + task, String.valueOf(epoch), false));
    }

    void move(String master, String from, String to, String task) {
        commit(
                master,
                scribe.check("/master"),
                scribe.check("/master-epoch"),
                scribe.delete("/assign/" + from + "/" + task),
                scribe.create("/assign/" + to + "/" + task, String.valueOf(epoch), false));
    }

    void complete(String worker, String task) {
        commit(
                worker,
                scribe.delete("/assign/" + worker + "/" + task),
                scribe.create("/tasks/" + task + "/status", "done\n" + result(worker, task), false));
    }

    private String result(String worker, String task) {
        return worker + " " + commands.get(task);
    }

    // The history.

    ObjectNode tell(String process, String op) {
        flush();
        told = MAPPER.createObjectNode()
                .put("at", now * 1_000)
                .put("process", process)
                .put("op", op);
        return told;
    }

    private ObjectNode told;

    /** Lines are filled in after they were begun, so each is written when the next begins. */
    private void flush() {
        if (told != null) {
            try {
                history.write(told + "\n");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            told = null;
        }
    }

    /** Invoked and acknowledged. */
    String submit(String client, String command) {
        long id = invoke(client, command);
        String task = create(client, command);
        acknowledge(client, id, task);
        return task;
    }

    long invoke(String client, String command) {
        tell(client, "submit").put("type", "invoke").put("id", ++ids).put("command", command);
        return ids;
    }

    void acknowledge(String client, long id, String task) {
        tell(client, "submit").put("type", "ok").put("id", id).put("task", task);
    }

    void execute(String worker, String task) {
        tell(worker, "execute").put("type", "begin").put("task", task);
        passes(5);
        tell(worker, "execute").put("type", "end").put("task", task).put("ended", "done");
    }

    void report(String client, String task, String outcome, String result) {
        tell(client, "outcome")
                .put("type", "ok")
                .put("id", ++ids)
                .put("task", task)
                .put("outcome", outcome)
                .put("result", result);
    }

    void collect(String client, String task) {
        tell(client, "collect").put("type", "invoke").put("id", ++ids).put("task", task);
        commit(client, scribe.delete("/tasks/" + task + "/status"), scribe.delete("/tasks/" + task));
    }

    /** The task is executed, completed and its outcome learnt. */
    void done(String worker, String task) {
        execute(worker, task);
        complete(worker, task);
        report("c1", task, "done", result(worker, task));
    }

    /** The rest of the life of a task, in order. */
    void finish(String worker, String task) {
        done(worker, task);
        collect("c1", task);
    }

    /** A whole life. */
    String task(String worker, String command) {
        String task = submit("c1", command);
        assign("m1", worker, task);
        finish(worker, task);
        return task;
    }

    /** A master, two workers with two slots each, and a first task. */
    PlantedRun begin() {
        claim("m1");
        register("w1", 2);
        register("w2", 2);
        task("w1", "first");
        return this;
    }

    // Faults and the end.

    void fault(String kind, long begin, long end, Long recovered, boolean seen) throws IOException {
        ObjectNode line = MAPPER.createObjectNode()
                .put("n", 1)
                .put("kind", kind)
                .put("target", "w1")
                .put("begin", begin * 1_000)
                .put("end", end * 1_000)
                .put("seen", seen)
                .put("effect", "something");
        if (recovered != null) {
            line.put("recovered", recovered * 1_000).put("recovery_ms", recovered - begin);
        }
        faults.write(line + "\n");
    }

    /** Milliseconds since the run began. */
    long now() {
        return now;
    }

    void footprint(String process, long heapStart, long heapEnd) {
        footprints.add(
                "{\"process\":\"%s\",\"heap_start_kb\":%d,\"heap_end_kb\":%d,\"threads_start\":10,\"threads_end\":10}"
                        .formatted(process, heapStart, heapEnd));
    }

    void treeUnread() {
        treeRead = false;
    }

    Path finish() throws IOException {
        flush();
        history.close();
        faults.close();
        scribe.close();
        Files.writeString(out.resolve("run.json"), """
                {"implementation":"planted","seed":7,"command":"./twinkeeper torture --seed 7","begin":"%s","rate":100,
                 "session_timeout_ms":%d,"retention_ms":3600000,"load_begin":0,"load_end":%d,"processes":[%s],
                 "clock_steps":[%s]}
                """.formatted(
                BEGIN, SESSION_TIMEOUT_MS, now * 1_000, String.join(",", footprints), String.join(",", clockSteps)));
        if (treeRead && !Files.exists(out.resolve("tree.jsonl"))) {
            Files.write(out.resolve("tree.jsonl"), treeLines());
        }
        return out;
    }

    /** The tree as a client would read it. */
    List<String> treeLines() {
        List<String> lines = new ArrayList<>();
        addLines("/", lines);
        return lines;
    }

    private void addLines(String path, List<String> lines) {
        try {
            DataTree tree = scribe.tree();
            Stat stat = new Stat();
            byte[] data = tree.getData(path, stat, null);
            if (!path.equals("/")) {
                lines.add(
                        "{\"path\":\"%s\",\"czxid\":\"0x%x\",\"mzxid\":\"0x%x\",\"version\":%d,\"owner\":\"0x%x\",\"data\":\"%s\"}"
                                .formatted(
                                        path,
                                        stat.getCzxid(),
                                        stat.getMzxid(),
                                        stat.getVersion(),
                                        stat.getEphemeralOwner(),
                                        Base64.getEncoder().encodeToString(data)));
            }
            for (String child : tree.getChildren(path, null, null)) {
                if (!path.equals("/") || !child.equals("zookeeper")) {
                    addLines(path.equals("/") ? "/" + child : path + "/" + child, lines);
                }
            }
        } catch (org.apache.zookeeper.KeeperException e) {
            throw new IllegalStateException(e);
        }
    }

    RunResult check() throws IOException {
        return RunChecker.check(finish());
    }

    @Override
    public void close() throws IOException {
        history.close();
        faults.close();
        scribe.close();
    }
}
