package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import java.time.Instant;

/** Something that a recipe told its listener, or that a scenario took down beside it. */
public sealed interface Happening {
    /** When and from whom it was heard. */
    record Heard<H extends Happening>(Instant at, String player, H what) {}

    record Elected(Election.Term term) implements Happening {}

    record Deposed(Election.Term term) implements Happening {}

    record Joined(Membership.Member member) implements Happening {}

    record Changed(Membership.Member member) implements Happening {}

    record Left(Membership.Member member) implements Happening {}

    record NewValue(Configuration.Value value) implements Happening {}

    record Handling(Queue.Item item) implements Happening {}

    record Handled(Queue.Item item) implements Happening {}

    record Lost(long token) implements Happening {}

    record Failed(Recipe.Failure why) implements Happening {}
}
