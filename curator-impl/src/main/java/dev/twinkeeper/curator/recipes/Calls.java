package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.imps.CuratorFrameworkState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.Stat;

/**
 * Calls that end when their time is up, one thread that calls listeners, and a close after which no listener is called.
 *
 * <p>Curator's recipes wait for a connection as long as the client's retry policy says, without looking at a clock. So
 * each call runs on a thread of its own here, which is interrupted when the caller's time is up. {@link Keeper} is what
 * the recipes use.
 */
abstract class Calls {
    /** Something that Curator does, which may throw anything. */
    interface Work {
        void run() throws Exception;
    }

    /**
     * An answer that is too large for this client looks like a lost connection, each time that Curator asks again; so does
     * a request that is too large for the servers.
     */
    private static final int MOST_FLAPS = 3;

    /** What every server takes: without it no session could be. */
    private static final int SMALL = 4 * 1024;

    private static final long FLAPPING_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Of a child, in bytes, with its length before it: a path of many such names is seldom longer. */
    private static final long LARGEST_NAME = 4 + 255;

    final CuratorFramework client;
    final String path;
    private final ExecutorService callers = Executors.newCachedThreadPool(work -> thread(work, "calls"));
    private final ExecutorService teller = Executors.newSingleThreadExecutor(this::tellerThread);

    /** Those that end with the session, and those that don't: as many as there are callers. */
    private final Set<CompletableFuture<?>> inSession = ConcurrentHashMap.newKeySet();

    private final Set<CompletableFuture<?>> calls = ConcurrentHashMap.newKeySet();

    /** Those that write much, beside the others. */
    private final Set<CompletableFuture<?>> writes = ConcurrentHashMap.newKeySet();

    /** Since when, and how often, the connection came back while calls wait; guarded by {@link #calls}. */
    private long flappingSince;

    private int flaps;
    private volatile Thread telling;
    private volatile Failure end;

    Calls(CuratorFramework client, String path) {
        this.client = client;
        this.path = path;
    }

    static Thread thread(Runnable work, String does) {
        Thread thread = new Thread(work, does + " a recipe");
        thread.setDaemon(true);
        return thread;
    }

    private Thread tellerThread(Runnable work) {
        telling = thread(work, "tells of " + path + ",");
        return telling;
    }

    // Calls that wait.

    /** Waits no longer than that. */
    <T> T call(Duration patience, Callable<T> work) {
        return call(patience, Duration.ZERO, work);
    }

    /** The same for a write of that, which may be more than the servers take. */
    <T> T callWith(byte[] data, Duration patience, Callable<T> work) {
        boolean large = data != null && data.length > SMALL;
        return call(patience, Duration.ZERO, work, unwanted -> {}, large ? writes : calls);
    }

    /** @param grace how much longer it may take: for what keeps the time itself */
    <T> T call(Duration patience, Duration grace, Callable<T> work) {
        return call(patience, grace, work, unwanted -> {}, calls);
    }

    /**
     * What ends with the session.
     *
     * @param grace how much longer it may take: for what keeps the time itself and has to clean up
     * @param unwanted gets what came when nobody waited any more
     */
    <T> T callInSession(Duration patience, Duration grace, Callable<T> work, Consumer<T> unwanted) {
        return call(patience, grace, work, unwanted, inSession);
    }

    private <T> T call(
            Duration patience, Duration grace, Callable<T> work, Consumer<T> unwanted, Set<CompletableFuture<?>> kind) {
        if (patience.isNegative() || Thread.currentThread() == telling) {
            throw new Failure(Problem.INVALID, "patience " + patience + ": zero or more, and not in a listener");
        }
        CompletableFuture<T> outcome = new CompletableFuture<>();
        kind.add(outcome);
        Future<?> running = null;
        try {
            checkOpen(); // after adding: else a close in between would leave it to wait
            running = callers.submit(() -> run(work, outcome, unwanted));
            return await(outcome, patience, grace);
        } catch (RejectedExecutionException e) {
            throw closed();
        } finally {
            kind.remove(outcome);
            if (!outcome.isDone() || outcome.isCompletedExceptionally()) {
                outcome.completeExceptionally(closed()); // from now on it is unwanted
                if (running != null) {
                    running.cancel(true);
                }
            }
        }
    }

    private <T> void run(Callable<T> work, CompletableFuture<T> outcome, Consumer<T> unwanted) {
        try {
            T result = work.call();
            if (!outcome.complete(result)) {
                unwanted.accept(result);
            }
        } catch (Exception e) {
            outcome.completeExceptionally(failure(e));
        }
    }

    private <T> T await(CompletableFuture<T> outcome, Duration patience, Duration grace) {
        long ms = TimeUnit.MILLISECONDS.convert(patience); // toMillis() refuses long ones
        try {
            return outcome.get(ms + Math.min(grace.toMillis(), Long.MAX_VALUE - ms), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            checkOpen(); // its caller may have closed the client meanwhile
            throw new Failure(Problem.CANNOT_CONNECT, "no answer about " + path + " in " + patience);
        } catch (ExecutionException e) {
            Failure why = (Failure) e.getCause();
            throw new Failure(why.problem(), why.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }

    /** Does it on a thread of its own, whatever ends meanwhile: what is refused or interrupted has no one to be told. */
    static void aside(Work work) {
        thread(() -> quietly(work), "leaves").start();
    }

    static void quietly(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            // Refused; or closed, and its session is over; or interrupted, and Curator goes on with it.
        }
    }

    /** Does it in the background, once there is a connection; again where that was lost. */
    void begin(Work work, Consumer<Failure> refused) {
        try {
            callers.execute(() -> runOnceConnected(work, refused));
        } catch (RejectedExecutionException e) {
            // Closed: it matters to nobody any more.
        }
    }

    private void runOnceConnected(Work work, Consumer<Failure> refused) {
        while (!callers.isShutdown()) {
            try {
                client.blockUntilConnected();
                work.run();
                return;
            } catch (InterruptedException e) {
                return;
            } catch (Exception e) {
                Failure why = failure(e);
                if (why.problem() != Problem.CANNOT_CONNECT) {
                    refused.accept(why);
                    return;
                }
            }
        }
    }

    // Telling.

    /** One after the other, on the thread of the recipe, and not after the end. */
    void post(Runnable work) {
        try {
            teller.execute(() -> {
                if (end == null) {
                    work.run();
                }
            });
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    /** What a listener throws is told as any thread's would be; it must not stop us in the middle. */
    static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, e);
        }
    }

    // What can go wrong.

    Failure failure(Exception e) {
        if (e instanceof Failure known) {
            return known;
        } else if (e instanceof ExecutionException && e.getCause() instanceof Exception cause) {
            return failure(cause);
        } else if (end != null || client.getState() != CuratorFrameworkState.STARTED) {
            return closed();
        } else if (!(e instanceof KeeperException why)) {
            return new Failure(Problem.UNKNOWN, path + ": " + e);
        } else {
            return new Failure(problem(why.code()), path + ": " + why.getMessage());
        }
    }

    private static Problem problem(Code code) {
        return switch (code) {
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, REQUESTTIMEOUT ->
                Problem.CANNOT_CONNECT;
            case NOCHILDRENFOREPHEMERALS -> Problem.FOREIGN;
            default -> Problem.NOT_ALLOWED;
        };
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, path + ": the recipe, or its client, is closed");
    }

    /** @throws Failure what ended it */
    void checkOpen() {
        Failure why = end;
        if (why != null) {
            throw new Failure(why.problem(), why.getMessage());
        }
        if (client.getState() != CuratorFrameworkState.STARTED) {
            throw closed();
        }
    }

    /** Nothing more will come of it; calls fail with that from now on. What is left to do is to close it. */
    void fail(Failure why, Runnable lastWord) {
        if (end == null) {
            end(why);
            try {
                teller.execute(() -> {
                    if (end == why) {
                        tell(lastWord);
                    }
                });
            } catch (RejectedExecutionException e) {
                // Closed.
            }
        }
    }

    private void end(Failure why) {
        end = why;
        calls.forEach(call -> call.completeExceptionally(why));
        writes.forEach(call -> call.completeExceptionally(why));
        inSession.forEach(call -> call.completeExceptionally(why));
    }

    /** What waits in a session fails with it. */
    void sessionLost() {
        inSession.forEach(
                call -> call.completeExceptionally(new Failure(Problem.SESSION_LOST, "the session ended: " + path)));
    }

    /** Curator would ask for a list that is too large again and again: calls that wait for one fail. */
    void reconnected() {
        synchronized (calls) {
            if (flaps == 0 || System.nanoTime() - flappingSince > FLAPPING_NANOS) {
                flappingSince = System.nanoTime();
                flaps = 0;
            }
            flaps++;
            if (flaps < MOST_FLAPS || calls.isEmpty() && inSession.isEmpty() && writes.isEmpty()) {
                return;
            }
        }
        Failure tooLarge = new Failure(
                Problem.UNKNOWN,
                path + ": the connection was lost " + MOST_FLAPS
                        + " times with a large write, which seems to be more than the"
                        + " servers take in one request; send less, or start them with a larger -Djute.maxbuffer");
        writes.forEach(call -> call.completeExceptionally(tooLarge));
        quietly(() -> client.checkExists()
                .inBackground((unused, reply) -> onCounted(reply.getStat()))
                .forPath(path));
    }

    private void onCounted(Stat stat) throws Exception {
        int limit = client.getZookeeperClient()
                .getZooKeeper()
                .getClientConfig()
                .getInt(ZKConfig.JUTE_MAXBUFFER, ZKClientConfig.CLIENT_MAX_PACKET_LENGTH_DEFAULT);
        if (stat != null && stat.getNumChildren() * LARGEST_NAME > limit) {
            Failure why = new Failure(
                    Problem.FULL,
                    path + " has more children than one answer may hold, " + limit
                            + " bytes here (jute.maxbuffer), and lost the connection " + MOST_FLAPS + " times");
            calls.forEach(call -> call.completeExceptionally(why));
            inSession.forEach(call -> call.completeExceptionally(why));
        }
    }

    boolean isTelling() {
        return Thread.currentThread() == telling;
    }

    boolean isOpen() {
        return end == null;
    }

    /** Ends what waits. */
    void endCalls() {
        end(closed());
        callers.shutdownNow();
    }

    /** Nothing is told after it. */
    void endTelling(Runnable lastWord, long nanos) throws InterruptedException {
        if (isTelling()) {
            tell(lastWord);
            teller.shutdown();
        } else {
            teller.execute(() -> tell(lastWord));
            teller.shutdown();
            teller.awaitTermination(nanos, TimeUnit.NANOSECONDS);
        }
    }
}
