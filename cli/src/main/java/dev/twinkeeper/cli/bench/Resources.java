package dev.twinkeeper.cli.bench;

/**
 * What had been used at one moment, or between two. What is not known is {@value #UNKNOWN}.
 *
 * @param cpuNanos processor time of this process, and of the servers where they are processes of ours
 * @param allocatedBytes on the heap of this process, by the threads that live
 * @param received packets that the servers had from clients, pings included
 * @param sent packets that the servers sent to clients: an answer for each received, and the notifications
 * @param transactions by the transaction id of the leader
 */
record Resources(long cpuNanos, long allocatedBytes, long received, long sent, long transactions) {
    static final long UNKNOWN = -1;

    /** A zxid: the epoch of the ensemble's leader above, a counter below. */
    private static final int COUNTER_BITS = 32;

    Resources minus(Resources before) {
        boolean sameLeader = transactions >> COUNTER_BITS == before.transactions >> COUNTER_BITS;
        return new Resources(
                cpuNanos - before.cpuNanos,
                Math.max(0, allocatedBytes - before.allocatedBytes),
                difference(received, before.received),
                difference(sent, before.sent),
                sameLeader ? difference(transactions, before.transactions) : UNKNOWN);
    }

    /** The packets that answer nothing. */
    long notifications() {
        return difference(sent, received);
    }

    /** The requests that made no transaction. */
    long reads() {
        return difference(received, transactions);
    }

    long packets() {
        return received < 0 || sent < 0 ? UNKNOWN : received + sent;
    }

    private static long difference(long one, long other) {
        return one < 0 || other < 0 ? UNKNOWN : Math.max(0, one - other);
    }
}
