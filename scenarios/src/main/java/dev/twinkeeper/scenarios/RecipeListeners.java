package dev.twinkeeper.scenarios;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;

/** The listeners of recipes, each of which writes into an {@link EventLog}. */
final class RecipeListeners {
    private RecipeListeners() {}

    static Election.Listener election(EventLog log) {
        return new Election.Listener() {
            @Override
            public void elected(Election.Term term) {
                log.add(new RecipeEvent.Elected(term));
            }

            @Override
            public void deposed(Election.Term term) {
                log.add(new RecipeEvent.Deposed(term));
            }

            @Override
            public void failed(Recipe.Failure why) {
                log.add(new RecipeEvent.Failed(why));
            }
        };
    }

    static Membership.Listener membership(EventLog log) {
        return new Membership.Listener() {
            @Override
            public void joined(Membership.Member member) {
                log.add(new RecipeEvent.Joined(member));
            }

            @Override
            public void changed(Membership.Member member) {
                log.add(new RecipeEvent.Changed(member));
            }

            @Override
            public void left(Membership.Member member) {
                log.add(new RecipeEvent.Left(member));
            }

            @Override
            public void failed(Recipe.Failure why) {
                log.add(new RecipeEvent.Failed(why));
            }
        };
    }

    static Configuration.Listener configuration(EventLog log) {
        return new Configuration.Listener() {
            @Override
            public void changed(Configuration.Value value) {
                log.add(new RecipeEvent.NewValue(value));
            }

            @Override
            public void failed(Recipe.Failure why) {
                log.add(new RecipeEvent.Failed(why));
            }
        };
    }
}
