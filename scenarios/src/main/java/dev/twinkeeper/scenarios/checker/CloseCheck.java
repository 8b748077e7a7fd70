package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;

/** R4: a role that was closed while it was connected leaves no ephemeral behind. X4: nor does a recipe, ever. */
final class CloseCheck implements Check {
    @Override
    public void end(Moment moment) {
        moment.tree().nodes().forEach((path, node) -> {
            if (moment.observations().closed().contains(node.owner())) {
                SessionOwner owner = moment.participant(node.owner());
                moment.violated(
                        owner.is(SessionOwner.Kind.RECIPE) ? Rule.X4 : Rule.R4,
                        owner + " was closed and left its ephemeral " + path);
            }
        });
    }
}
