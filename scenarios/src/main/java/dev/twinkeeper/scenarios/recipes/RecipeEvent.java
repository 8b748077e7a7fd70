package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.time.Instant;

/** Something that a recipe told its listener, or that a scenario took down beside it. */
public sealed interface RecipeEvent {
    /** When and from whom it was heard. */
    record Timed<H extends RecipeEvent>(Instant at, String participant, H what) {}

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
