package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
final class Company implements AutoCloseable {
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

    private final Options options;
    private final Recorder recorder;
    private final Standing standing;
    private final List<Player> players = new ArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();

    /** The incarnation of each client that has been told what to do. */
    private final Map<String, Integer> briefed = new HashMap<>();

    /** The incarnation of each client that has been told what it inherits. */
    private final Map<String, Integer> heirs = new HashMap<>();

    private double rate;

    Company(Options options, Servers servers, Recorder recorder, Standing standing) throws IOException {
        this.options = options;
        this.recorder = recorder;
        this.standing = standing;
        Path directory = Files.createDirectories(options.out().resolve("roles")).toAbsolutePath();
        add(Player.Kind.MASTER, "m", MASTERS, servers, directory);
        add(Player.Kind.WORKER, "w", WORKERS, servers, directory);
        add(Player.Kind.CLIENT, "c", CLIENTS, servers, directory);
    }

    private void add(Player.Kind kind, String letter, int count, Servers servers, Path directory) {
        for (int i = 1; i <= count; i++) {
            String name = letter + i;
            Wire wire = new Wire(
                    servers.nodes().stream().map(ServerNode::address).toList(),
                    session -> onSession(name, session.id()));
            if (kind == Player.Kind.MASTER && !options.fenced()) {
                wire.ignoreChecks();
                wire.slow(Duration.ZERO, HEARS_LATE);
            }
            Part part = new Part(
                    kind.text(),
                    name,
                    options.implementation(i),
                    wire.connectString(),
                    recorder.port(),
                    0,
                    options.seed(),
                    options.sessionTimeout().toMillis(),
                    options.retention().toMillis(),
                    SLOTS,
                    OUTSTANDING);
            players.add(new Player(part, wire, directory, recorder, standing, this::onLoss));
        }
    }

    private void onSession(String name, long session) {
        recorder.record(name, Json.line("session").put("session", "0x" + Long.toHexString(session)));
    }

    private void onLoss(Player player, int exitCode) {
        fail(player + " ended by itself, exit code " + exitCode + ", see roles/" + player + ".log");
    }

    /** Something that must not happen, whatever the faults. */
    void fail(String what) {
        failures.add(what);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    List<Player> players() {
        return players;
    }

    List<String> clients() {
        return players.stream()
                .filter(player -> player.kind() == Player.Kind.CLIENT)
                .map(Player::name)
                .toList();
    }

    void start() {
        players.forEach(Player::start);
    }

    /** How many tasks a second all clients together submit from now on. */
    void load(double perSecond) {
        rate = perSecond;
        briefed.clear();
        brief();
    }

    /** What has to be done now and then: tells new clients what to do, starts again what ended by itself. */
    void tend(Scene scene) {
        brief();
        for (Player player : players) {
            if (!player.isAlive() && !scene.isStruck(player)) {
                player.kill();
                player.start();
            }
        }
        for (ServerNode node : scene.servers.nodes()) {
            if (!node.isAlive() && !scene.isStruck(node)) {
                recorder.record(
                        node.toString(),
                        Json.line("process", "end").put("exit", node.child().exitCode()));
                node.start();
            }
        }
    }

    private void brief() {
        for (Player player : players) {
            if (player.kind() != Player.Kind.CLIENT
                    || !standing.isReady(player.name())
                    || briefed.getOrDefault(player.name(), 0) == player.incarnation()) {
                continue;
            }
            briefed.put(player.name(), player.incarnation());
            List<String> left = inherited(player);
            if (!left.isEmpty()) {
                player.tell("adopt " + String.join(" ", left));
            }
            player.tell("load " + rate / CLIENTS);
        }
    }

    /** The tasks that its predecessor left, once for each incarnation. */
    private List<String> inherited(Player player) {
        int heir = heirs.getOrDefault(player.name(), 1);
        if (heir >= player.incarnation()) {
            return List.of();
        }
        heirs.put(player.name(), player.incarnation());
        return standing.unfinished(player.name());
    }

    /** Whether all servers serve and all roles are in their places, as it was seen after that moment. */
    boolean isWhole(Scene scene, long since) {
        return ailing(scene, since).isEmpty();
    }

    private List<String> ailing(Scene scene, long since) {
        List<String> ailing = new ArrayList<>();
        Sight.OfTree tree = scene.lookout.tree();
        boolean fresh = scene.servers.nodes().stream()
                .allMatch(node -> scene.lookout.server(node.id()).at() > since);
        if (!fresh || !scene.lookout.allServe()) {
            ailing.add("not all servers serve");
        }
        if (tree.at() <= since) {
            ailing.add("the tree can't be read");
        }
        Optional<Player> reigning = scene.reigning();
        if (reigning.isEmpty()
                || tree.master()
                        .filter(node -> node.owner() == reigning.get().session())
                        .isEmpty()) {
            ailing.add("nobody reigns");
        }
        for (Player player : players) {
            if (!player.isAlive() || !standing.isReady(player.name())) {
                ailing.add(player + " is not ready");
            } else if (player.kind() == Player.Kind.WORKER) {
                Sight.Node node = tree.workers().get(player.name());
                if (node == null || node.owner() != player.session()) {
                    ailing.add(player + " is not registered");
                }
            }
        }
        return ailing;
    }

    String ailing(Scene scene, long since, Progress progress) {
        List<String> ailing = ailing(scene, since);
        clients().stream()
                .filter(client -> progress.all(List.of(client)).isEmpty())
                .forEach(client -> ailing.add(client + " gets nothing done"));
        return String.join(", ", ailing);
    }

    /** What a process holds: heap after a collection, threads. */
    record Weight(int incarnation, long heapKb, int threads) {}

    /** Of each process that answers. */
    Map<String, Weight> memory(Clock clock) {
        Map<String, Weight> answers = new TreeMap<>();
        players.forEach(player -> standing.takeMemory(player.name()));
        players.forEach(player -> player.tell("memory"));
        long deadline = clock.now() + Clock.micros(ANSWER_MS);
        while (answers.size() < players.size() && clock.now() < deadline) {
            for (Player player : players) {
                standing.takeMemory(player.name()).ifPresent(line -> answers.put(player.name(), weight(player, line)));
            }
            Pause.ms(20);
        }
        return answers;
    }

    private static Weight weight(Player player, ObjectNode line) {
        return new Weight(
                player.incarnation(),
                line.path("heap").asLong() / 1_024,
                line.path("threads").asInt());
    }

    /** Lets all end in good order: clients first, so that nobody waits for somebody who is gone. */
    void end() {
        for (Player.Kind kind : List.of(Player.Kind.CLIENT, Player.Kind.WORKER, Player.Kind.MASTER)) {
            List<Player> these =
                    players.stream().filter(player -> player.kind() == kind).toList();
            these.forEach(Player::letEnd);
            these.forEach(player -> player.tell("close"));
            for (Player player : these) {
                if (!player.endsWithin(CLOSE_MS)) {
                    fail(player + " did not close within " + CLOSE_MS + " ms");
                }
            }
        }
    }

    @Override
    public void close() {
        for (Player player : players) {
            player.letEnd();
            if (player.isAlive()) {
                player.kill();
            }
            player.wire().close();
        }
    }
}
