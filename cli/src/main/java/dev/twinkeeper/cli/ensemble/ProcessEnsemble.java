package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.scenarios.lab.ChildProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * A running ensemble: each server a process of its own. Closing it ends them all.
 *
 * <p>If this process is killed, the servers run on; their pid files tell the next start.
 */
public final class ProcessEnsemble implements AutoCloseable {
    /** From cold JVMs on a slow machine to an elected leader, with room. */
    private static final Duration ELECTION = Duration.ofSeconds(60);

    /** How often servers are asked whether they serve. */
    private static final long ASK_EVERY_MS = 100;

    /** How long a server may take to end before it is killed. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** Ctrl-C ends us and the servers at once: a server's end is its own only if nobody closes us right after it. */
    private static final Executor A_MOMENT_LATER = CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS);

    /** Hears of a server that ended although nobody asked it to. Called on any thread. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param why the cause in one line, and what to do about it
         * @param alive how many servers are left
         */
        void ended(EnsemblePlan.Server server, int exitCode, String why, int alive);
    }

    private final EnsemblePlan plan;
    private final Listener listener;
    private final Probe probe;
    private final List<ServerProcess> servers = new ArrayList<>();
    private volatile boolean closing;

    private ProcessEnsemble(EnsemblePlan plan, Listener listener) {
        this.plan = plan;
        this.probe = new Probe(plan);
        this.listener = listener;
    }

    /**
     * Starts the servers, one after the other. The directory has been made ready by {@link EnsembleDirectory#prepare}.
     *
     * @param fit those that are to be started: a majority of the plan
     * @throws EnsembleException where one can't be started; none is left running then
     */
    public static ProcessEnsemble start(EnsemblePlan plan, List<EnsemblePlan.Server> fit, Listener listener) {
        ProcessEnsemble ensemble = new ProcessEnsemble(plan, listener);
        try {
            for (EnsemblePlan.Server server : fit) {
                ensemble.servers.add(ServerProcess.start(server));
            }
        } catch (EnsembleException e) {
            ensemble.close();
            throw e;
        }
        for (ServerProcess server : ensemble.servers) {
            server.process().onExit().thenRunAsync(() -> ensemble.onEnded(server), A_MOMENT_LATER);
        }
        return ensemble;
    }

    /**
     * Waits until all servers serve that have not ended. One that ends is told to the listener, and the others go on.
     *
     * @throws EnsembleException where those that are left are no majority, or the time is up
     */
    public void awaitServing() throws InterruptedException {
        long deadline = System.nanoTime() + ELECTION.toNanos();
        for (ServerProcess server : servers) {
            while (probe.mode(server.server()).isEmpty()) {
                if (server.process().endsWithin(ASK_EVERY_MS)) {
                    checkMajority(server);
                    break;
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (System.nanoTime() > deadline) {
                    throw new EnsembleException(
                            "server " + server.server().number() + ": serves nobody after " + ELECTION.toSeconds()
                                    + "s; see '" + server.server().log() + "'");
                }
            }
        }
    }

    private void checkMajority(ServerProcess ended) {
        if (alive() <= plan.size() / 2) {
            throw new EnsembleException("server " + ended.server().number() + ": ended while it started, exit code "
                    + ended.process().exitCode() + ": " + ended.endReason(plan));
        }
    }

    private int alive() {
        return (int)
                servers.stream().filter(server -> server.process().isAlive()).count();
    }

    /** The server that leads, or stands alone; empty while there is an election. */
    public Optional<EnsemblePlan.Server> leader() {
        return servers.stream()
                .filter(server -> server.process().isAlive())
                .map(ServerProcess::server)
                .filter(server -> probe.mode(server)
                        .filter(mode -> !mode.equals("follower"))
                        .isPresent())
                .findFirst();
    }

    /** The process of a server. */
    public long pid(int number) {
        return servers.stream()
                .filter(server -> server.server().number() == number)
                .findFirst()
                .orElseThrow()
                .process()
                .pid();
    }

    private void onEnded(ServerProcess server) {
        if (closing) {
            return;
        }
        server.removePidFile();
        listener.ended(server.server(), server.process().exitCode(), server.endReason(plan), alive());
    }

    /** Asks all servers to end, and kills those that don't within a few seconds. Their data stay. */
    @Override
    public void close() {
        closing = true;
        servers.forEach(server -> server.process().terminate());
        long deadline = System.nanoTime() + LAST_WORDS.toNanos();
        for (ServerProcess server : servers) {
            end(server, deadline);
        }
    }

    private static void end(ServerProcess server, long deadline) {
        ChildProcess process = server.process();
        if (!process.endsWithin(Math.max(0, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())))) {
            process.killNow();
        }
        server.removePidFile();
    }
}
