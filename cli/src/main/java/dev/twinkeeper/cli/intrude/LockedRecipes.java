package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/**
 * One participant of each recipe that a side, or a variant of it, brings: a leader, a member, a value, a held lock, a
 * barrier that one is in, and a queue with an item that is being handled and one that waits.
 */
final class LockedRecipes implements LockedPlace {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SESSION = Duration.ofSeconds(30);
    private static final byte[] SOME = {'s'};
    private static final int CAPACITY = 10;

    private final String servers;
    private final Recipes by;
    private final ZooKeeper owner;
    private final String root;
    private final CountDownLatch held = new CountDownLatch(1);
    private final List<Recipe> open = new ArrayList<>();

    /** @param owner a connection with {@link #OWNER}'s credentials */
    LockedRecipes(String servers, Recipes by, ZooKeeper owner) {
        this.servers = servers;
        this.by = by;
        this.owner = owner;
        this.root = "/recipes-" + by.name();
    }

    private Recipe.Place place(String recipe) {
        return new Recipe.Place(servers, SESSION, root + "/" + recipe, Recipes.access(SECURITY));
    }

    private <R extends Recipe> R opened(R recipe) {
        open.add(recipe);
        return recipe;
    }

    @Override
    public void await() throws InterruptedException, ExecutionException, TimeoutException {
        for (String recipe : by.brings()) {
            switch (recipe) {
                case "election" -> lead(place(recipe));
                case "membership" ->
                    opened(by.membership(place(recipe), new Members())).join("anna", SOME, PATIENCE);
                case "configuration" -> set(opened(by.configuration(place(recipe), new Values())));
                case "lock" ->
                    opened(by.lock(place(recipe)))
                            .acquire(Lock.Mode.EXCLUSIVE, PATIENCE)
                            .orElseThrow();
                case "barrier" -> opened(by.barrier(place(recipe), "anna", 1)).enter(PATIENCE);
                case "queue" -> handle(opened(by.queue(place(recipe), CAPACITY)));
                default -> throw new IllegalStateException("who knows the recipe " + recipe + "?");
            }
        }
    }

    private void lead(Recipe.Place place) throws InterruptedException, ExecutionException, TimeoutException {
        Leader leader = new Leader();
        opened(by.election(place, "anna", leader)).enter();
        leader.elected.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static void set(Configuration configuration) {
        configuration.set(configuration.read(PATIENCE), SOME, PATIENCE).orElseThrow();
    }

    private void handle(Queue queue) throws InterruptedException, ExecutionException, TimeoutException {
        CompletableFuture<Void> handling = new CompletableFuture<>();
        queue.put(SOME, PATIENCE);
        queue.put(SOME, PATIENCE);
        queue.consume(item -> {
            handling.complete(null);
            held.await();
        });
        handling.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** All that there are. */
    @Override
    public List<String> paths() throws KeeperException, InterruptedException {
        return LockedPlace.below(owner, root);
    }

    @Override
    public void close() {
        held.countDown();
        open.forEach(Recipe::close);
    }

    private static final class Leader implements Election.Listener {
        private final CompletableFuture<Void> elected = new CompletableFuture<>();

        @Override
        public void elected(Election.Term term) {
            elected.complete(null);
        }

        @Override
        public void deposed(Election.Term term) {}

        @Override
        public void failed(Recipe.Failure why) {
            elected.completeExceptionally(why);
        }
    }

    private static final class Members implements Membership.Listener {
        @Override
        public void joined(Membership.Member member) {}

        @Override
        public void changed(Membership.Member member) {}

        @Override
        public void left(Membership.Member member) {}

        @Override
        public void failed(Recipe.Failure why) {}
    }

    private static final class Values implements Configuration.Listener {
        @Override
        public void changed(Configuration.Value value) {}

        @Override
        public void failed(Recipe.Failure why) {}
    }
}
