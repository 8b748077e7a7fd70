package dev.twinkeeper.contract;

import java.util.Map;
import java.util.Set;

/**
 * A rule that an implementation does not keep in full, as it says itself: a result of the comparison, and no defect. The
 * suite plays what is named here and demands that it comes out as declared, so that a difference that can't be shown is
 * an error.
 *
 * @param rule what is not kept; never one of safety
 * @param why what is done otherwise and what it costs, in one sentence
 * @param source the upstream issue, such as {@code CURATOR-498}, or where in the sources it was read
 * @param proofs the scenarios that have to fail where the implementation plays alone, by {@code topic.name}, each with a
 *     text that the failure must contain; one at the least. Where it shows only in a race, the scenario forces the race
 * @param shown other scenarios of the rule that may go either way, since luck decides: played and shown, and not held
 *     against it
 */
public record Difference(Rule rule, String why, String source, Map<String, String> proofs, Set<String> shown) {
    /** @throws IllegalArgumentException for a rule of safety, or where nothing proves it or a proof names no failure */
    public Difference {
        if (rule.isSafety()) {
            throw new IllegalArgumentException(rule + ": safety is kept by all");
        }
        if (proofs.isEmpty()) {
            throw new IllegalArgumentException(rule + ": a difference needs a scenario that proves it");
        }
        if (proofs.values().stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException(rule + ": a proof needs a text of the failure that it expects");
        }
        proofs = Map.copyOf(proofs);
        shown = Set.copyOf(shown);
    }

    /** One that is proved wherever it is played. */
    public Difference(Rule rule, String why, String source, Map<String, String> proofs) {
        this(rule, why, source, proofs, Set.of());
    }

    /** Whether that scenario may fail on account of it. */
    public boolean excuses(String scenario) {
        return proofs.containsKey(scenario) || shown.contains(scenario);
    }
}
