package dev.twinkeeper.scenarios.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/**
 * Which faults, when, and how long: drawn from the seed alone, so the same seed gives the same rounds. Each kind comes
 * once before any comes again, as from a deck of cards; some rounds have two at once.
 */
public final class Schedule {
    /** How often a second fault joins a round. */
    private static final double FLEET = 0.4;

    private static final int SHORTEST_REST_MS = 200;
    private static final int LONGEST_REST_MS = 1_500;

    /**
     * One fault to come.
     *
     * @param offsetMs after the begin of its round
     * @param lengthMs from its begin to its end
     * @param pick chooses among whatever can be chosen then, such as the worker to be killed; 0 or more
     */
    public record Planned(FaultKind kind, long offsetMs, long lengthMs, int pick) {}

    /** Faults that overlap. After {@code restMs}, they begin; when all are over and all has recovered, the next comes. */
    public record Round(int number, long restMs, List<Planned> faults) {
        public Round {
            faults = List.copyOf(faults);
        }

        /**
         * Within what service is to be there again: a pair recovers as one, so the longer bound is that of both. A master
         * that is killed while all servers are away, say, has a session that can only begin to run out when they are back.
         */
        Duration bound(Duration sessionTimeout) {
            return faults.stream()
                    .map(planned -> planned.kind().bound(sessionTimeout))
                    .max(Duration::compareTo)
                    .orElseThrow();
        }
    }

    private final Random random;
    private final List<FaultKind> kinds;
    private final long timeoutMs;
    private final List<FaultKind> deck = new ArrayList<>();
    private int rounds;

    /** @param kinds one or more; their order does not matter */
    public Schedule(long seed, Collection<FaultKind> kinds, Duration sessionTimeout) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("a schedule needs a kind of fault at least");
        }
        this.random = new Random(seed);
        this.kinds = List.copyOf(new TreeSet<>(kinds));
        this.timeoutMs = sessionTimeout.toMillis();
    }

    /** The next round; there is always one more. */
    public Round next() {
        long rest = SHORTEST_REST_MS + random.nextInt(LONGEST_REST_MS - SHORTEST_REST_MS);
        List<Planned> faults = new ArrayList<>();
        FaultKind first = draw();
        faults.add(planned(first, 0));
        // Drawn in any case, so that a round's number of draws does not depend on the deck.
        boolean fleet = random.nextDouble() < FLEET;
        int offset = random.nextInt((int) timeoutMs);
        if (fleet) {
            deck.stream().filter(first::goesWith).findFirst().ifPresent(second -> {
                deck.remove(second);
                faults.add(planned(second, offset));
            });
        }
        return new Round(++rounds, rest, faults);
    }

    private FaultKind draw() {
        if (deck.isEmpty()) {
            deck.addAll(kinds);
            Collections.shuffle(deck, random);
        }
        return deck.remove(0);
    }

    private Planned planned(FaultKind kind, long offset) {
        double timeouts = kind.shortest() + random.nextDouble() * (kind.longest() - kind.shortest());
        return new Planned(kind, offset, Math.round(timeouts * timeoutMs), random.nextInt(Integer.MAX_VALUE));
    }
}
