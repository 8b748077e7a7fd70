package dev.twinkeeper.cli.bench;

import java.time.Duration;

/**
 * What a subject is asked to do.
 *
 * @param mode the shape of the load
 * @param tasks how many tasks, from the first submit to the last collect; in {@link Mode#MASTERS}, how many takeovers
 * @param workers how many workers
 * @param slots of each worker
 * @param outstanding in {@link Mode#WINDOW}: how many tasks are under way at a time
 * @param rate in {@link Mode#OPEN}: tasks a second
 */
public record BenchLoad(Mode mode, int tasks, int workers, int slots, int outstanding, int rate) {
    private static final Duration FIXED_BOUND = Duration.ofMinutes(5);

    /** A fifth of the pace of the slowest implementation that was measured. */
    private static final Duration BOUND_OF_A_TASK = Duration.ofMillis(10);

    private static final int LEAST_WARM_UP = 100;
    private static final int MOST_WARM_UP = 2_000;
    private static final int WARM_UP_TAKEOVERS = 3;
    private static final int MOST_WARM_UPS = 10;

    /** The shapes of a load. */
    public enum Mode {
        /** All tasks at once. */
        CLOSED,
        /** So many outstanding; the next is submitted when one is done. */
        WINDOW,
        /** So many a second, whatever becomes of them. */
        OPEN,
        /** All tasks are outstanding before a master comes. */
        BACKLOG,
        /** A master closes in good order while a task is pending, and the next one assigns it. */
        MASTERS
    }

    public BenchLoad withTasks(int count) {
        return new BenchLoad(mode, count, workers, slots, outstanding, rate);
    }

    public BenchLoad withWorkers(int count) {
        return new BenchLoad(mode, tasks, count, slots, outstanding, rate);
    }

    /** A part of it that is run before, {@link #warmUps()} times: a fifth, within bounds. */
    BenchLoad warmUp() {
        int some = Math.max(LEAST_WARM_UP, Math.min(MOST_WARM_UP, tasks / 5));
        return withTasks(mode == Mode.MASTERS ? WARM_UP_TAKEOVERS : Math.min(tasks, some));
    }

    /**
     * So often at the most, to have the code compiled: until then a task costs twice as much. Twice the load in sum, within
     * bounds.
     */
    int warmUps() {
        return mode == Mode.MASTERS ? 1 : Math.min(MOST_WARM_UPS, Math.max(1, 2 * tasks / MOST_WARM_UP));
    }

    /** How long one run may take: far above what it takes, so that what hangs ends in an error. */
    Duration bound() {
        Duration paced = mode == Mode.OPEN ? Duration.ofSeconds(tasks / rate) : Duration.ZERO;
        long each = mode == Mode.MASTERS ? Duration.ofSeconds(30).toMillis() : BOUND_OF_A_TASK.toMillis();
        return FIXED_BOUND.plus(paced).plusMillis(each * tasks);
    }
}
