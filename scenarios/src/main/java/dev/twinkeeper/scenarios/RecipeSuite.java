package dev.twinkeeper.scenarios;

import java.util.List;

/**
 * The suite of the small recipes, for the recipes that a subclass names; everything else is as in {@link
 * CoordinationSuite}.
 */
public abstract class RecipeSuite extends CoordinationSuite {
    @Override
    protected List<Scenario> scenarios() {
        return chosen(Scenarios.recipes());
    }
}
