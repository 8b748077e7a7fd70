package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;

/** The recipes of this side, for the scenarios and the command line. */
public final class RawRecipes implements Recipes {
    @Override
    public String name() {
        return "raw";
    }

    @Override
    public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
        return new ElectionRecipe(place, candidate, listener);
    }

    @Override
    public Membership membership(Recipe.Place place, Membership.Listener listener) {
        return new MembershipRecipe(place, listener);
    }

    @Override
    public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
        return new ConfigurationRecipe(place, listener);
    }

    @Override
    public Lock lock(Recipe.Place place) {
        return new LockRecipe(place);
    }

    @Override
    public Barrier barrier(Recipe.Place place, String member, int members) {
        return new BarrierRecipe(place, member, members);
    }

    @Override
    public Queue queue(Recipe.Place place, int capacity) {
        return new QueueRecipe(place, capacity);
    }
}
