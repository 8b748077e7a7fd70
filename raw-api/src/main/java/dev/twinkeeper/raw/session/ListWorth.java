package dev.twinkeeper.raw.session;

/**
 * Whether lists are worth their cost: counts what happens, for a {@link ChildrenWatch}, and remembers for how long they
 * were not.
 *
 * <p>A list costs a packet and the watch that fires for it, and each of its names costs about a thirtieth of one
 * notification. So it pays where it tells at least {@value #FEW} changes, and one for each {@value #NAMES} names: a
 * large znode where little happens is never listed again and again.
 */
final class ListWorth {
    private static final int FEW = 4;

    private static final int NAMES = 32;

    /** Events that make a burst; more are needed where there are many children. */
    private static final int BURST = 16;

    /** For each event of a burst. A task that is alone makes two in a millisecond, and then none for a while. */
    private static final long EVENT_NANOS = 312_500;

    /** Lists that are judged together, since now and then one of them tells little. */
    private static final int LISTS = 8;

    /** Fewer lists are judged if they had so many names. */
    private static final int MANY_NAMES = 20_000;

    private static final long FIRST_REST_NANOS = 1_000_000_000;
    private static final long LONGEST_REST_NANOS = 64_000_000_000L;

    private long burstBegan;
    private int events;

    private boolean first;
    private int lists;
    private long changes;
    private long names;

    private boolean resting;
    private long restUntil;
    private long rest = FIRST_REST_NANOS;

    /** One more event: is that as much as makes lists pay? Not where they just did not. */
    boolean isBurst(int children, long now) {
        int burst = Math.max(BURST, children / NAMES);
        if (events == 0 || now - burstBegan > burst * EVENT_NANOS) {
            burstBegan = now;
            events = 0;
        }
        events++;
        return events >= burst && !isResting(now);
    }

    private boolean isResting(long now) {
        resting &= now - restUntil < 0;
        return resting;
    }

    /** From now on there will be lists. */
    void begin() {
        first = true;
    }

    /** There were so many changes before this list. The first one is not judged: events told what was before it. */
    void listed(int told, int children) {
        if (first) {
            first = false;
            judged();
        } else {
            lists++;
            changes += told;
            names += children;
        }
    }

    /** Judges them, where it is time to. */
    boolean pays(long now) {
        if (lists < LISTS && names < MANY_NAMES) {
            return true;
        }
        boolean pays = changes >= (long) FEW * lists && changes * NAMES >= names;
        if (pays) {
            rest = FIRST_REST_NANOS;
        } else {
            resting = true;
            restUntil = now + rest;
            rest = Math.min(2 * rest, LONGEST_REST_NANOS);
        }
        judged();
        return pays;
    }

    private void judged() {
        events = 0;
        lists = 0;
        changes = 0;
        names = 0;
    }
}
