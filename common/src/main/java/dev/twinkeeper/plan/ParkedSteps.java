package dev.twinkeeper.plan;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Steps that were refused, and wait before they are planned again, so that a refusal that lasts makes no loop (L6).
 * Whoever shared a transaction with the refused one waits for the next round only; the refused one each time twice as
 * long, up to sixteen seconds, so that they go without it.
 */
final class ParkedSteps {
    private static final long FIRST_NANOS = 2_000_000_000L;

    /** Sixteen seconds: so late may it be seen that an operator mended what was refused. */
    private static final int MOST_DOUBLINGS = 3;

    /** More are forgotten: then they begin with the first wait again. */
    private static final int MOST_REMEMBERED = 10_000;

    private final Map<Step, Long> due = new LinkedHashMap<>();
    private final Map<Step, Integer> refusals = new HashMap<>();

    void untilTheNextRound(Step step, long now) {
        due.put(step, now);
    }

    void longer(Step step, long now) {
        if (refusals.size() >= MOST_REMEMBERED) {
            refusals.clear();
        }
        int before = refusals.merge(step, 1, Integer::sum) - 1;
        due.put(step, now + (FIRST_NANOS << Math.min(before, MOST_DOUBLINGS)));
    }

    /** Those whose wait is over; they are no longer here. */
    List<Step> takeDue(long now) {
        List<Step> over = due.entrySet().stream()
                .filter(each -> each.getValue() - now <= 0)
                .map(Map.Entry::getKey)
                .toList();
        over.forEach(due::remove);
        return over;
    }
}
