package dev.twinkeeper.scenarios.measure;

import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets several sides that stand ready at the same time be measured one after the other, run by run: whatever else the
 * machine does meets all of them alike, and nobody waits for the others to get ready or to close.
 */
public final class Turns {
    /** Far above what a side needs to get ready, or for its run. */
    private static final Duration BOUND = Duration.ofSeconds(90);

    private final Phaser phaser;

    /** Fair: who has had its run queues behind those that wait. */
    private final ReentrantLock lock = new ReentrantLock(true);

    /** @param sides how many there will be; each must end with {@link #leave} */
    public Turns(int sides) {
        this.phaser = new Phaser(sides);
    }

    /** Waits until all sides have come as far. */
    public void together() throws InterruptedException, TimeoutException {
        phaser.awaitAdvanceInterruptibly(phaser.arrive(), BOUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Nobody waits for this side any more. */
    public void leave() {
        phaser.arriveAndDeregister();
    }

    /** A run of a side. */
    @FunctionalInterface
    public interface Run {
        void run() throws Exception;
    }

    /** Runs it while no other side runs. */
    public void alone(Run run) throws Exception {
        if (!lock.tryLock(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new TimeoutException("another side has been running for " + BOUND.toSeconds() + " s");
        }
        try {
            run.run();
        } finally {
            lock.unlock();
        }
    }
}
