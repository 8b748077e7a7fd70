package dev.twinkeeper.scenarios;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;

/** Something that a recipe told its listener, or that a scenario noted beside it. */
public sealed interface RecipeEvent {
    record Elected(Election.Term term) implements RecipeEvent {}

    record Deposed(Election.Term term) implements RecipeEvent {}

    record Joined(Membership.Member member) implements RecipeEvent {}

    record Changed(Membership.Member member) implements RecipeEvent {}

    record Left(Membership.Member member) implements RecipeEvent {}

    record NewValue(Configuration.Value value) implements RecipeEvent {}

    record Handling(Queue.Item item) implements RecipeEvent {}

    record Handled(Queue.Item item) implements RecipeEvent {}

    record Lost(long token) implements RecipeEvent {}

    record Failed(Recipe.Failure why) implements RecipeEvent {}
}
