package dev.twinkeeper.contract;

import java.util.Map;
import java.util.Set;

/**
 * A rule that an implementation declares not to keep in full: a result of the comparison, not a defect. The suite runs
 * the scenarios that are named here and demands that they fail as declared, so a difference that can't be shown is an
 * error.
 *
 * @param rule what is not kept; never one of safety
 * @param why what it does instead, and what that costs, in one sentence
 * @param source the upstream issue, such as {@code CURATOR-498}, or where in the sources it was read
 * @param proofs the scenarios that must fail when the implementation is alone in the cluster, by {@code topic.name},
 *     each with a text that the failure must contain; at least one. If the difference shows only in a race, the
 *     scenario forces the race
 * @param shown other scenarios of the rule, in which luck decides: they are run and shown, but their result does not
 *     count
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

    /** A difference without scenarios in which luck decides. */
    public Difference(Rule rule, String why, String source, Map<String, String> proofs) {
        this(rule, why, source, proofs, Set.of());
    }

    /** Whether that scenario may fail because of it. */
    public boolean excuses(String scenario) {
        return proofs.containsKey(scenario) || shown.contains(scenario);
    }
}
