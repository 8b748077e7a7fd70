package dev.twinkeeper.scenarios.lab;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One direction of a {@link Wire}: open, slow, or shut. */
final class Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean shut;
    private long delayNanos;

    void shut() {
        change(true, 0);
    }

    void slow(Duration delay) {
        change(false, delay.toNanos());
    }

    void open() {
        change(false, 0);
    }

    private void change(boolean nowShut, long nowDelayNanos) {
        lock.lock();
        try {
            shut = nowShut;
            delayNanos = nowDelayNanos;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits as long as the gate says of now; a gate that is opened lets those go who wait. */
    void pass() throws InterruptedException {
        lock.lock();
        try {
            long from = System.nanoTime();
            while (shut || System.nanoTime() - from < delayNanos) {
                if (shut) {
                    changed.await();
                } else {
                    changed.await(delayNanos - (System.nanoTime() - from), TimeUnit.NANOSECONDS);
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
