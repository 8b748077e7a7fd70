package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.JsonLines;
import dev.twinkeeper.scenarios.lab.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** All roles under torture: their wires and processes, what they are told, and whether they are well. */
final class RoleFleet implements AutoCloseable {
    static final int MASTERS = 2;
    static final int WORKERS = 4;
    static final int CLIENTS = 3;

    /** More than the load needs, so that one worker can be away. */
    private static final int SLOTS = 8;

    /** How many tasks a client has under way at the most: three seconds of a usual load, so an outage slows it down. */
    private static final int OUTSTANDING = 100;

    /** Without the fence: else a master is deposed for a few milliseconds before it knows, and seldom acts in them. */
    private static final Duration HEARS_LATE = Duration.ofMillis(50);

    private static final long ANSWER_MS = 10_000;
    private static final long CLOSE_MS = 20_000;

    private final TortureOptions options;
    private final HistoryRecorder recorder;
    private final LiveStats stats;
    private final List<ManagedRole> roles = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    /** The incarnation of each client that has been told what to do. */
    private final Map<String, Integer> briefed = new HashMap<>();

    /** The incarnation of each client that has been told what it inherits. */
    private final Map<String, Integer> heirs = new HashMap<>();

    private double rate;

    RoleFleet(TortureOptions options, Servers servers, HistoryRecorder recorder, LiveStats stats) throws IOException {
        this.options = options;
        this.recorder = recorder;
        this.stats = stats;
        Path directory = Files.createDirectories(options.out().resolve("roles")).toAbsolutePath();
        add(ManagedRole.RoleKind.MASTER, "m", MASTERS, servers, directory);
        add(ManagedRole.RoleKind.WORKER, "w", WORKERS, servers, directory);
        add(ManagedRole.RoleKind.CLIENT, "c", CLIENTS, servers, directory);
    }

    private void add(ManagedRole.RoleKind kind, String letter, int count, Servers servers, Path directory) {
        for (int i = 1; i <= count; i++) {
            String name = letter + i;
            Wire wire = new Wire(
                    servers.nodes().stream().map(ServerNode::address).toList(),
                    session -> onSession(name, session.id()));
            if (kind == ManagedRole.RoleKind.MASTER && !options.fenced()) {
                wire.ignoreChecks();
                wire.slow(Duration.ZERO, HEARS_LATE);
            }
            RoleArguments part = new RoleArguments(
                    kind.text(),
                    name,
                    options.implementation(i),
                    wire.connectString(),
                    recorder.port(),
                    0,
                    options.secure() ? options.authFile().toString() : "",
                    options.seed(),
                    options.sessionTimeout().toMillis(),
                    options.retention().toMillis(),
                    SLOTS,
                    OUTSTANDING);
            // One of each kind: the others are left as you would run them.
            Optional<SettableClock> clock =
                    i == count && options.kinds().stream().anyMatch(FaultKind::setsClock)
                            ? SettableClock.of(directory.resolve(name + ".clock"))
                            : Optional.empty();
            roles.add(new ManagedRole(part, clock, wire, directory, recorder, stats, this::onLoss));
        }
    }

    private void onSession(String name, long session) {
        recorder.record(name, JsonLines.line("session").put("session", "0x" + Long.toHexString(session)));
    }

    private void onLoss(ManagedRole role, int exitCode) {
        fail(role + " ended by itself, exit code " + exitCode + ", see roles/" + role + ".log");
    }

    /** Something that must not happen, whatever the faults. */
    void fail(String what) {
        failures.add(what);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    List<ManagedRole> roles() {
        return roles;
    }

    List<String> clients() {
        return roles.stream()
                .filter(role -> role.kind() == ManagedRole.RoleKind.CLIENT)
                .map(ManagedRole::name)
                .toList();
    }

    void start() {
        roles.forEach(ManagedRole::start);
    }

    /** How many tasks a second all clients together submit from now on. */
    void load(double perSecond) {
        rate = perSecond;
        briefed.clear();
        brief();
    }

    /** What has to be done now and then: tells new clients what to do, starts again what ended by itself. */
    void tend(FaultTargets targets) {
        brief();
        for (ManagedRole role : roles) {
            if (!role.isAlive() && !targets.isTargeted(role)) {
                role.kill();
                role.start();
            }
        }
        for (ServerNode node : targets.servers.nodes()) {
            if (!node.isAlive() && !targets.isTargeted(node)) {
                recorder.record(
                        node.toString(),
                        JsonLines.line("process", "end")
                                .put("exit", node.child().exitCode()));
                node.start();
            }
        }
    }

    private void brief() {
        for (ManagedRole role : roles) {
            if (role.kind() != ManagedRole.RoleKind.CLIENT
                    || !stats.isReady(role.name())
                    || briefed.getOrDefault(role.name(), 0) == role.incarnation()) {
                continue;
            }
            briefed.put(role.name(), role.incarnation());
            List<String> left = inherited(role);
            if (!left.isEmpty()) {
                role.tell("adopt " + String.join(" ", left));
            }
            role.tell("load " + rate / CLIENTS);
        }
    }

    /** The tasks that its predecessor left, once for each incarnation. */
    private List<String> inherited(ManagedRole role) {
        int heir = heirs.getOrDefault(role.name(), 1);
        if (heir >= role.incarnation()) {
            return List.of();
        }
        heirs.put(role.name(), role.incarnation());
        return stats.unfinished(role.name());
    }

    /** Whether all servers serve and all roles are in their places, as it was seen after that moment. */
    boolean isWhole(FaultTargets targets, long since) {
        return ailing(targets, since).isEmpty();
    }

    private List<String> ailing(FaultTargets targets, long since) {
        List<String> ailing = new ArrayList<>();
        EnsembleState.OfTree tree = targets.monitor.tree();
        boolean fresh = targets.servers.nodes().stream()
                .allMatch(node -> targets.monitor.server(node.id()).at() > since);
        if (!fresh || !targets.monitor.allServe()) {
            ailing.add("not all servers serve");
        }
        if (tree.at() <= since) {
            ailing.add("the tree can't be read");
        }
        Optional<ManagedRole> reigning = targets.reigning();
        if (reigning.isEmpty()
                || tree.master()
                        .filter(node -> node.owner() == reigning.get().session())
                        .isEmpty()) {
            ailing.add("nobody reigns");
        }
        for (ManagedRole role : roles) {
            if (!role.isAlive() || !stats.isReady(role.name())) {
                ailing.add(role + " is not ready");
            } else if (role.kind() == ManagedRole.RoleKind.WORKER) {
                EnsembleState.Node node = tree.workers().get(role.name());
                if (node == null || node.owner() != role.session()) {
                    ailing.add(role + " is not registered");
                }
            }
        }
        return ailing;
    }

    String ailing(FaultTargets targets, long since, Progress progress) {
        List<String> ailing = ailing(targets, since);
        clients().stream()
                .filter(client -> progress.all(List.of(client)).isEmpty())
                .forEach(client -> ailing.add(client + " gets nothing done"));
        return String.join(", ", ailing);
    }

    /** What a process holds: heap after a collection, threads. */
    record Weight(int incarnation, long heapKb, int threads) {}

    /** Of each process that answers. */
    Map<String, Weight> memory(RunClock clock) {
        Map<String, Weight> answers = new TreeMap<>();
        roles.forEach(role -> stats.takeMemory(role.name()));
        roles.forEach(role -> role.tell("memory"));
        long deadline = clock.now() + RunClock.micros(ANSWER_MS);
        while (answers.size() < roles.size() && clock.now() < deadline) {
            for (ManagedRole role : roles) {
                stats.takeMemory(role.name()).ifPresent(line -> answers.put(role.name(), weight(role, line)));
            }
            Pause.ms(20);
        }
        return answers;
    }

    private static Weight weight(ManagedRole role, ObjectNode line) {
        return new Weight(
                role.incarnation(),
                line.path("heap").asLong() / 1_024,
                line.path("threads").asInt());
    }

    /** Lets all end in good order: clients first, so that nobody waits for somebody who is gone. */
    void end() {
        for (ManagedRole.RoleKind kind :
                List.of(ManagedRole.RoleKind.CLIENT, ManagedRole.RoleKind.WORKER, ManagedRole.RoleKind.MASTER)) {
            List<ManagedRole> these =
                    roles.stream().filter(role -> role.kind() == kind).toList();
            these.forEach(ManagedRole::letEnd);
            these.forEach(role -> role.tell("close"));
            for (ManagedRole role : these) {
                if (!role.endsWithin(CLOSE_MS)) {
                    fail(role + " did not close within " + CLOSE_MS + " ms");
                }
            }
        }
    }

    @Override
    public void close() {
        for (ManagedRole role : roles) {
            role.letEnd();
            if (role.isAlive()) {
                role.kill();
            }
            role.wire().close();
        }
    }
}
