package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;

/** A side that has no recipes yet: a broken variant brings the one that it is about. */
abstract class NoRecipes implements Recipes {
    @Override
    public String name() {
        return getClass().getSimpleName();
    }

    @Override
    public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
        throw new UnsupportedOperationException(name());
    }

    @Override
    public Membership membership(Recipe.Place place, Membership.Listener listener) {
        throw new UnsupportedOperationException(name());
    }

    @Override
    public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
        throw new UnsupportedOperationException(name());
    }

    @Override
    public Lock lock(Recipe.Place place) {
        throw new UnsupportedOperationException(name());
    }

    @Override
    public Barrier barrier(Recipe.Place place, String member, int members) {
        throw new UnsupportedOperationException(name());
    }

    @Override
    public Queue queue(Recipe.Place place, int capacity) {
        throw new UnsupportedOperationException(name());
    }
}
