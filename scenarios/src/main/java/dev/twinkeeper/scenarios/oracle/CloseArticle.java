package dev.twinkeeper.scenarios.oracle;

import dev.twinkeeper.contract.Rule;

/** R4: a role that was closed while it was connected leaves no ephemeral behind. */
final class CloseArticle implements Article {
    @Override
    public void end(Moment moment) {
        moment.tree().nodes().forEach((path, node) -> {
            if (moment.testimony().closed().contains(node.owner())) {
                moment.violated(
                        Rule.R4, moment.participant(node.owner()) + " was closed and left its ephemeral " + path);
            }
        });
    }
}
