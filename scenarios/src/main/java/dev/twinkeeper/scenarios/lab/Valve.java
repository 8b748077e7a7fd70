package dev.twinkeeper.scenarios.lab;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** One direction of a {@link Wire}: open, slow, stuttering, or shut. */
final class Valve {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean shut;
    private long delayNanos;
    private double share;
    private long heldUp;

    void shut() {
        change(true, 0, 0);
    }

    void slow(Duration delay) {
        change(false, delay.toNanos(), 1);
    }

    void stutter(double some, Duration pause) {
        change(false, pause.toNanos(), some);
    }

    void open() {
        change(false, 0, 0);
    }

    private void change(boolean nowShut, long nowDelayNanos, double nowShare) {
        lock.lock();
        try {
            shut = nowShut;
            delayNanos = nowDelayNanos;
            share = nowShare;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many had to wait so far. */
    long heldUp() {
        lock.lock();
        try {
            return heldUp;
        } finally {
            lock.unlock();
        }
    }

    /** Waits as long as the gate says of now; a gate that is opened lets those go who wait. */
    void pass() throws InterruptedException {
        lock.lock();
        try {
            if (!shut && (delayNanos == 0 || ThreadLocalRandom.current().nextDouble() >= share)) {
                return;
            }
            heldUp++;
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
