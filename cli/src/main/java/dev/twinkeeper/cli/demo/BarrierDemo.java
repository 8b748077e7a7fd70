package dev.twinkeeper.cli.demo;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Three begin together and end together; one dies on the way in, another one in the middle. */
final class BarrierDemo implements Demo {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final int MEMBERS = 3;

    /** Long enough to see that nothing happens. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    @Override
    public String title() {
        return "a double barrier of three: together in, together out, and nobody waits for the dead";
    }

    @Override
    public void run(DemoContext context) {
        context.shortSession("bob");
        Map<String, Barrier> members = new LinkedHashMap<>();
        for (String who : List.of("ann", "bob", "cat")) {
            members.put(who, context.closeAtEnd(context.recipes().barrier(context.place(who), who, MEMBERS)));
        }

        context.heading("Ann and Bob wait for Cat");
        var ann = enter(context, members, "ann");
        var bob = enter(context, members, "bob");
        context.throughout("nobody passes", A_MOMENT, () -> !ann.isDone() && !bob.isDone());
        context.tree();

        context.heading("Bob dies while he waits; Cat comes, and that makes two");
        context.expire("bob");
        context.until("Bob knows", DemoContext.SUCCESSION, bob::isDone);
        var cat = enter(context, members, "cat");
        context.throughout("nobody passes", A_MOMENT, () -> !ann.isDone() && !cat.isDone());
        context.tree();

        context.heading("Bob comes back: all three are there at one zxid, which the start node tells everybody");
        var again = enter(context, members, "bob");
        List.of(ann, again, cat).forEach(one -> context.await("all are in", one, PATIENCE));
        context.tree();

        context.heading("Ann and Cat are done; Bob works on, and is cut off");
        var leaving = new ArrayList<>(List.of(leave(context, members, "ann"), leave(context, members, "cat")));
        context.throughout("nobody goes", A_MOMENT, () -> leaving.stream().noneMatch(CompletableFuture::isDone));
        context.tree();
        context.cut("bob");
        context.tell("ensemble", "hears no more of bob, and ends his session in a while");
        leaving.forEach(one -> context.await("both are through", one, DemoContext.SUCCESSION));

        context.heading("The barrier is open for the next round");
        context.mend("bob");
        context.await("Bob is through", leave(context, members, "bob"), PATIENCE);
        context.tree();
    }

    private CompletableFuture<Boolean> enter(DemoContext context, Map<String, Barrier> members, String who) {
        context.tell(who, "enters");
        return context.async(who, () -> {
            try {
                boolean in = members.get(who).enter(PATIENCE);
                context.tell(who, in ? "is in: all three are there" : "gives up: not all came");
                return in;
            } catch (Failure why) {
                context.tell(who, "is told " + why.problem() + ": " + why.getMessage());
                return false;
            }
        });
    }

    private CompletableFuture<Boolean> leave(DemoContext context, Map<String, Barrier> members, String who) {
        context.tell(who, "is done, and leaves");
        return context.async(who, () -> {
            boolean all = members.get(who).leave(PATIENCE);
            context.tell(who, all ? "is through: nobody of the round is there any more" : "gives up: some are in yet");
            return all;
        });
    }
}
