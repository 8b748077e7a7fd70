package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;

/** R4: a role that was closed while it was connected leaves no ephemeral behind. */
final class CloseCheck implements Check {
    @Override
    public void end(Moment moment) {
        moment.tree().nodes().forEach((path, node) -> {
            if (moment.observations().closed().contains(node.owner())) {
                moment.violated(
                        Rule.R4, moment.participant(node.owner()) + " was closed and left its ephemeral " + path);
            }
        });
    }
}
