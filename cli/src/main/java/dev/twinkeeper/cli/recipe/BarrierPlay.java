package dev.twinkeeper.cli.recipe;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Three begin together and end together; one dies on the way in, another one in the middle. */
final class BarrierPlay implements Play {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int MEMBERS = 3;

    /** Long enough to see that nothing happens. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    @Override
    public String title() {
        return "a double barrier of three: together in, together out, and nobody waits for the dead";
    }

    @Override
    public void play(Theatre theatre) {
        theatre.shortSession("bob");
        Map<String, Barrier> members = new LinkedHashMap<>();
        for (String who : List.of("ann", "bob", "cat")) {
            members.put(who, theatre.cast(theatre.recipes().barrier(theatre.place(who), who, MEMBERS)));
        }

        theatre.scene("Ann and Bob wait for Cat");
        var ann = enter(theatre, members, "ann");
        var bob = enter(theatre, members, "bob");
        theatre.throughout("nobody passes", A_MOMENT, () -> !ann.isDone() && !bob.isDone());
        theatre.tree();

        theatre.scene("Bob dies while he waits; Cat comes, and that makes two");
        theatre.expire("bob");
        theatre.until("Bob knows", Theatre.SUCCESSION, bob::isDone);
        var cat = enter(theatre, members, "cat");
        theatre.throughout("nobody passes", A_MOMENT, () -> !ann.isDone() && !cat.isDone());
        theatre.tree();

        theatre.scene("Bob comes back: all three are there at one zxid, which the start node tells everybody");
        var again = enter(theatre, members, "bob");
        List.of(ann, again, cat).forEach(one -> theatre.await("all are in", one, PATIENCE));
        theatre.tree();

        theatre.scene("Ann and Cat are done; Bob works on, and is cut off");
        var leaving = new ArrayList<>(List.of(leave(theatre, members, "ann"), leave(theatre, members, "cat")));
        theatre.throughout("nobody goes", A_MOMENT, () -> leaving.stream().noneMatch(CompletableFuture::isDone));
        theatre.tree();
        theatre.cut("bob");
        theatre.tell("ensemble", "hears no more of bob, and ends his session in a while");
        leaving.forEach(one -> theatre.await("both are through", one, Theatre.SUCCESSION));

        theatre.scene("The barrier is open for the next round");
        theatre.mend("bob");
        theatre.await("Bob is through", leave(theatre, members, "bob"), PATIENCE);
        theatre.tree();
    }

    private CompletableFuture<Boolean> enter(Theatre theatre, Map<String, Barrier> members, String who) {
        theatre.tell(who, "enters");
        return theatre.async(who, () -> {
            try {
                boolean in = members.get(who).enter(PATIENCE);
                theatre.tell(who, in ? "is in: all three are there" : "gives up: not all came");
                return in;
            } catch (Failure why) {
                theatre.tell(who, "is told " + why.problem() + ": " + why.getMessage());
                return false;
            }
        });
    }

    private CompletableFuture<Boolean> leave(Theatre theatre, Map<String, Barrier> members, String who) {
        theatre.tell(who, "is done, and leaves");
        return theatre.async(who, () -> {
            boolean all = members.get(who).leave(PATIENCE);
            theatre.tell(who, all ? "is through: nobody of the round is there any more" : "gives up: some are in yet");
            return all;
        });
    }
}
