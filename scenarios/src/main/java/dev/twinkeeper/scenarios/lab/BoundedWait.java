package dev.twinkeeper.scenarios.lab;

import java.time.Duration;
import java.util.concurrent.Callable;
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
}
