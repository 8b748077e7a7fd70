package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Rule;
import java.util.Set;

/** How a scenario failed, with its history in the message, and the rules that the servers' logs show to be broken. */
public final class ScenarioFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final transient Set<Rule> broken;

    ScenarioFailure(String message, Throwable cause, Set<Rule> broken) {
        super(message, cause);
        this.broken = Set.copyOf(broken);
    }

    /** Those that the logs show; not those that only an assertion of the scenario is about. */
    public Set<Rule> broken() {
        return broken;
    }

    /** Whether a failure is one of safety, which no difference excuses. */
    static boolean isOfSafety(Throwable failure) {
        return failure instanceof ScenarioFailure known && known.broken.stream().anyMatch(Rule::isSafety);
    }
}
