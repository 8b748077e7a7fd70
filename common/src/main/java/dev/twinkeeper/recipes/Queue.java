package dev.twinkeeper.recipes;

import java.time.Duration;

/**
 * A queue with many producers and many consumers, first in, first out: each item is handled by one consumer at a time,
 * in the order of the queue, and leaves the queue when it was handled. One object is one producer, consumer, or both.
 *
 * <p><b>Guarantees not made.</b> An item is handled <em>at least</em> once: a consumer that dies, or loses its session,
 * after it did the work and before the queue knows, leaves it to the next. Several consumers handle items side by side,
 * so one may be finished before an earlier one is. A consumer is not told that its session ended: its handler goes on,
 * while another begins. So a handler must be idempotent. The queue is not made for many items: every participant lists
 * all of them. Curator's own <a href="https://cwiki.apache.org/confluence/display/CURATOR/TN4">tech note 4</a> advises
 * against queues on ZooKeeper.
 */
public interface Queue extends Recipe {
    /** The most items a queue may be told to hold: their list has to fit into a client's buffer of one mebibyte. */
    int MAX_ITEMS = 10_000;

    /**
     * Adds an item at the end.
     *
     * @param data 0 to {@value Recipe#MAX_DATA} bytes
     * @param patience for the acknowledgement
     * @throws Failure {@link Problem#FULL} where it holds as many as it may; {@link Problem#TOO_LARGE};
     *     {@link Problem#CANNOT_CONNECT}; {@link Problem#UNKNOWN} where the time was up and the tree can't tell whether it
     *     was added
     */
    void put(byte[] data, Duration patience);

    /** Handles items. */
    @FunctionalInterface
    interface Handler {
        /**
         * Does the work; the item leaves the queue when this returns. Where it throws, the item stays and comes again,
         * to this consumer or another, after a pause.
         *
         * @throws Exception for whatever reason
         */
        void handle(Item item) throws Exception;
    }

    /**
     * One item.
     *
     * @param name of its znode; the order of the names is that of the queue
     */
    record Item(String name, byte[] data) {}

    /**
     * Handles items from now on, one at a time, on a thread of the recipe, until the queue is closed.
     *
     * @throws Failure {@link Problem#INVALID} where it has a handler already; {@link Problem#CLOSED}
     */
    void consume(Handler handler);

    /**
     * How many items it holds, including those that are being handled.
     *
     * @throws Failure {@link Problem#CANNOT_CONNECT}
     */
    int size(Duration patience);

    /**
     * {@inheritDoc}
     *
     * <p>A handler that is at work may finish, for a session timeout at the most, and is then interrupted; its item leaves
     * the queue if it finished, and else comes again. A handler may close the queue that called it.
     */
    @Override
    void close();
}
