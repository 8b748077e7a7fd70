package dev.twinkeeper.scenarios.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** Waiting, with a bound and with words for what is waited for. */
public final class BoundedWait {
    /** Short enough to measure a failover by; long enough to leave the machine to those who are waited for. */
    private static final Duration POLL = Duration.ofMillis(10);

    /** What a look at the condition may take on a busy machine. */
    private static final Duration SLACK = Duration.ofSeconds(10);

    private BoundedWait() {}

    /** @throws AssertionError naming what did not come, when the time is up */
    public static void until(String what, Duration bound, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .atMost(bound)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .pollInSameThread()
                    .until(condition);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not within " + bound.toMillis() + " ms: " + what, e);
        }
    }

    /** Like {@link #until}, for a condition that asserts: it is tried again until it no longer throws. */
    public static void untilAsserted(String what, Duration bound, Assertion assertion) {
        try {
            Awaitility.await(what)
                    .atMost(bound)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .pollInSameThread()
                    .untilAsserted(assertion::run);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("not within " + bound.toMillis() + " ms: " + what, e);
        }
    }

    /**
     * Watches a condition for that time: for what must not happen.
     *
     * @throws AssertionError naming it, as soon as it does not hold
     */
    public static void throughout(String what, Duration time, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .during(time)
                    .atMost(time.plus(SLACK))
                    .failFast("not all the time: " + what, () -> !condition.call())
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .pollInSameThread()
                    .until(() -> true);
        } catch (TerminalFailureException | ConditionTimeoutException e) {
            throw new AssertionError("not for " + time.toMillis() + " ms: " + what, e);
        }
    }

    /** Something that throws as long as it does not hold. */
    @FunctionalInterface
    public interface Assertion {
        void run() throws Exception;
    }

    /** Waits for an answer that is expected to be a good one. */
    public static <T> T result(String what, CompletionStage<T> coming, Duration bound) {
        try {
            return coming.toCompletableFuture().get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not within " + bound.toMillis() + " ms: " + what, e);
        } catch (ExecutionException e) {
            throw new AssertionError("failed: " + what + ": " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted: " + what, e);
        }
    }

    /** Calls on a thread of its own, whose name says who calls: for calls that wait. */
    public static <T> CompletableFuture<T> async(String who, Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(call.call());
                    } catch (Exception | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                "calls " + who);
        thread.setDaemon(true);
        thread.start();
        return result;
    }
}
