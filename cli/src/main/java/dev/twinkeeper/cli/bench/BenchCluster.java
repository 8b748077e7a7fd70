package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The roles of one run, each with a session of its own, all in this process. Closing it closes them. */
final class BenchCluster implements AutoCloseable {
    /** Each close sleeps a moment in the client's socket, and a thousand of them are too many threads. */
    private static final int CLOSERS = 32;

    /** How often a wait looks whether there is still something to wait for. */
    private static final long LOOK_MS = 1_000;

    private final Coordination by;
    private final Settings settings;
    private final Duration bound;
    private final long deadline;
    private final ConnectionWatch watch = new ConnectionWatch();
    private final List<Role> roles = new ArrayList<>();

    /** @param bound how long the whole run may take */
    BenchCluster(Coordination by, Settings settings, Duration bound) {
        this.by = by;
        this.settings = settings;
        this.bound = bound;
        this.deadline = System.nanoTime() + bound.toNanos();
    }

    Duration bound() {
        return bound;
    }

    int sessionsLost() {
        return watch.sessionsLost();
    }

    Client client() throws Exception {
        Client client = by.client(settings, watch.of("the client", Listener.none()));
        roles.add(client);
        await(client.ready());
        return client;
    }

    /** Returns when it has taken over. */
    Master master(String id) throws Exception {
        CompletableFuture<Void> tookOver = new CompletableFuture<>();
        Master master = master(id, event -> {
            if (event instanceof Event.TookOver) {
                tookOver.complete(null);
            }
        });
        await(tookOver);
        return master;
    }

    /** Returns at once. */
    Master master(String id, Listener listener) {
        Master master = by.master(new MasterId(id), settings, watch.of("a master", listener));
        roles.add(master);
        return master;
    }

    /** Returns when all are registered; they give the command back as the result. */
    void workers(int count) throws Exception {
        List<Worker> workers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            workers.add(worker("bench-worker-" + i, settings, Task::command));
        }
        for (Worker worker : workers) {
            await(worker.registered());
        }
    }

    /** Returns at once. */
    Worker worker(String id, Settings own, TaskHandler handler) {
        Worker worker = by.worker(new WorkerId(id), own, handler, watch.of("worker " + id, Listener.none()));
        roles.add(worker);
        return worker;
    }

    /** @throws CoordinationException where the servers are lost, or the time is up */
    <T> T await(CompletionStage<T> stage) throws Exception {
        CompletableFuture<T> future = stage.toCompletableFuture();
        while (true) {
            try {
                return future.get(LOOK_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                checkGoingOn();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
    }

    /** The same, of a queue. */
    <T> T take(BlockingQueue<T> queue) throws InterruptedException {
        while (true) {
            T next = queue.poll(LOOK_MS, TimeUnit.MILLISECONDS);
            if (next != null) {
                return next;
            }
            checkGoingOn();
        }
    }

    private void checkGoingOn() {
        watch.check();
        if (System.nanoTime() > deadline) {
            throw new CoordinationException(
                    Problem.UNKNOWN, "a run of " + by.name() + " did not end within " + bound.toMinutes() + " minutes");
        }
    }

    @Override
    public void close() {
        ExecutorService closers = Executors.newFixedThreadPool(CLOSERS);
        try {
            CompletableFuture.allOf(roles.stream()
                            .map(role -> CompletableFuture.runAsync(role::close, closers))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        } finally {
            closers.shutdown();
        }
    }
}
