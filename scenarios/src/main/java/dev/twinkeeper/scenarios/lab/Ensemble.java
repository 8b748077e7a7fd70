package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.zookeeper.util.ServiceUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real ensemble in this process: quorum peers that elect a leader and keep their data over restarts, on loopback
 * only. Not for production: it does not force its log to the disk, see {@link Server}.
 *
 * <p>Safe for several threads.
 */
public final class Ensemble implements AutoCloseable {
    /** The shortest and the longest session timeout that its servers grant. */
    public static final Duration MIN_SESSION_TIMEOUT = Duration.ofMillis(500);

    public static final Duration MAX_SESSION_TIMEOUT = Duration.ofSeconds(60);

    private static final Logger log = LoggerFactory.getLogger(Ensemble.class);

    /** How long an election and a first synchronisation may take on a busy machine; usually it is one second. */
    private static final Duration READY = Duration.ofSeconds(30);

    /** Somebody else may take a free port between our finding it and the server's binding it: rare, so a few tries. */
    private static final int ATTEMPTS = 4;

    private final Path directory;
    private final List<Server> servers = new ArrayList<>();
    /** The ways between the servers, where they are under our control. */
    private final Optional<Switchboard> switchboard;

    private Ensemble(int size, boolean ways) throws IOException {
        directory = Files.createTempDirectory("twinkeeper-lab-");
        Ports clients = Ports.reserve(size);
        Ports peers = Ports.reserve(2 * size);
        switchboard = ways ? Optional.of(new Switchboard(size, peers)) : Optional.empty();
        for (int id = 1; id <= size; id++) {
            List<String> addresses = new ArrayList<>();
            for (int to = 1; to <= size; to++) {
                addresses.add(
                        ways
                                ? switchboard.get().address(id, to)
                                : Ports.HOST + ":" + peers.get(to - 1) + ":" + peers.get(size + to - 1));
            }
            servers.add(new Server(id, directory.resolve("server" + id), clients.get(id - 1), addresses));
        }
        clients.release();
        peers.release();
    }

    /** An ensemble of three that is ready. */
    public static Ensemble start() {
        return start(3);
    }

    /**
     * An ensemble of that many servers, 1 to 9, that is ready.
     *
     * @throws IllegalStateException when it did not get ready after several attempts
     */
    public static Ensemble start(int size) {
        return start(size, false);
    }

    /** Like {@link #start(int)}, with the ways between the servers under our control, which makes it a little slower. */
    public static Ensemble startWithWays(int size) {
        return start(size, true);
    }

    private static Ensemble start(int size, boolean ways) {
        if (size < 1 || size > 9) {
            throw new IllegalArgumentException("servers: " + size + ", must be from 1 to 9");
        }
        // A server that meets a fatal error asks for the end of the process, which is not its own here.
        ServiceUtils.setSystemExitProcedure(code -> log.warn("a server of the lab gave up with exit code {}", code));
        for (int attempt = 1; ; attempt++) {
            Ensemble ensemble = make(size, ways);
            try {
                ensemble.servers.forEach(Server::start);
                ensemble.awaitReady();
                return ensemble;
            } catch (RuntimeException | AssertionError e) {
                ensemble.close();
                if (attempt >= ATTEMPTS) {
                    throw new IllegalStateException("no ensemble after " + attempt + " attempts", e);
                }
                log.info("the ensemble did not start, once more on other ports", e);
            }
        }
    }

    private static Ensemble make(int size, boolean ways) {
        try {
            return new Ensemble(size, ways);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All servers, alive or not: {@code host:port,host:port}. */
    public String connectString() {
        return servers.stream().map(Server::address).collect(Collectors.joining(","));
    }

    /**
     * The servers that are followers now, or all if none is: for reads after a {@code sync}, because the leader answers
     * a sync at once, and may have applied less than its followers.
     */
    public String followersConnectString() {
        List<Server> followers = followers();
        return followers.isEmpty()
                ? connectString()
                : followers.stream().map(Server::address).collect(Collectors.joining(","));
    }

    public List<Server> servers() {
        return List.copyOf(servers);
    }

    /** @throws IllegalStateException when there is none just now */
    public Server leader() {
        return findLeader().orElseThrow(() -> new IllegalStateException("no server leads"));
    }

    /** The living servers that follow. */
    public List<Server> followers() {
        return servers.stream()
                .filter(server -> server.isAlive() && !server.isLeader())
                .toList();
    }

    private Optional<Server> findLeader() {
        return servers.stream().filter(Server::isLeader).findFirst();
    }

    /** The directories of the servers' transaction logs, for the checker. */
    public List<Path> transactionLogs() {
        return servers.stream().map(Server::transactionLog).toList();
    }

    /** The newest transaction that any living server has applied; what is asked of the ensemble from now on is newer. */
    public long lastZxid() {
        return servers.stream().mapToLong(Server::lastZxid).max().orElse(0);
    }

    /** How many paths the session watches for their data, or persistently, at whatever server it is. */
    public int watches(long session) {
        return servers.stream().mapToInt(server -> server.watches(session)).sum();
    }

    /** Waits until every living server serves. */
    public void awaitReady() {
        BoundedWait.until(
                "every living server serves", READY, () -> findLeader().isPresent() && allServe());
    }

    private boolean allServe() {
        return servers.stream().filter(Server::isAlive).allMatch(Server::serves);
    }

    /** Kills servers until no majority is left; the leader first. Returns when nobody serves. */
    public void loseQuorum() {
        findLeader().ifPresent(Server::kill);
        for (Server server : servers) {
            if (hasQuorum()) {
                server.kill();
            }
        }
        BoundedWait.until("nobody serves", READY, () -> servers.stream().noneMatch(Server::serves));
    }

    private boolean hasQuorum() {
        return servers.stream().filter(Server::isAlive).count() > servers.size() / 2;
    }

    /** Kills all servers, and starts them again with the data that they had. */
    public void restart() {
        servers.forEach(Server::kill);
        restore();
    }

    /** Starts the servers that were killed and mends the ways between all; returns when all serve. */
    public void restore() {
        switchboard.ifPresent(Switchboard::mend);
        servers.forEach(Server::start);
        awaitReady();
    }

    /**
     * What that follower hears from its leader waits until {@link #catchUp}: it answers its clients with old data.
     * After four seconds it would notice. Writes by its clients wait too, as do sessions that begin there or move
     * there, because all of that comes back from the leader, in order: only a client that is already connected can read
     * old data.
     *
     * @throws IllegalStateException where the ways between the servers are not under our control
     */
    public void fallBehind(Server follower) {
        ways().fallBehind(follower.id());
    }

    /** It hears what has waited, in order, and all that comes. */
    public void catchUp(Server follower) {
        ways().catchUp(follower.id());
    }

    private Switchboard ways() {
        return switchboard.orElseThrow(() -> new IllegalStateException("the servers talk past us"));
    }

    /** Ends all servers and removes their data. */
    @Override
    public void close() {
        servers.forEach(Server::kill);
        switchboard.ifPresent(Switchboard::close);
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(Ensemble::remove);
        } catch (IOException | UncheckedIOException e) {
            log.warn("the lab's data is left in {}", directory, e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
