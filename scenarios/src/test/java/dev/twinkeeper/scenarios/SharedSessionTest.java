package dev.twinkeeper.scenarios;

import dev.twinkeeper.raw.recipes.BarrierRecipe;
import dev.twinkeeper.raw.recipes.ConfigurationRecipe;
import dev.twinkeeper.raw.recipes.ElectionRecipe;
import dev.twinkeeper.raw.recipes.LockRecipe;
import dev.twinkeeper.raw.recipes.MembershipRecipe;
import dev.twinkeeper.raw.recipes.QueueRecipe;
import dev.twinkeeper.raw.session.Session;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * The raw recipes on a session of the caller, which lives on for a while after they are closed: what they leave behind in
 * it would be seen. Those scenarios are played that are about leaving, closing, and what a lost session takes with it.
 */
class SharedSessionTest extends RecipeSuite {
    private static final int OUTLIVES_SECONDS = 5;

    /** All of them pass, but for the one that wants nothing sent before it is refused: a session is open by then. */
    private static final Pattern CHOICE =
            Pattern.compile("(?i).*(clos|leav|left|releas|resign|session|expir|behind).*");

    @Override
    protected List<Scenario> scenarios() {
        return super.scenarios().stream()
                .filter(scenario -> CHOICE.matcher(scenario.name()).matches())
                .toList();
    }

    @Override
    protected Implementations implementations() {
        return Implementations.ofRecipes(new OnACallersSession());
    }

    private static final class OnACallersSession implements Recipes {
        @Override
        public String name() {
            return "raw";
        }

        @Override
        public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
            return on(place, Election.class, (session, path) -> new ElectionRecipe(session, path, candidate, listener));
        }

        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return on(place, Membership.class, (session, path) -> new MembershipRecipe(session, path, listener));
        }

        @Override
        public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
            return on(place, Configuration.class, (session, path) -> new ConfigurationRecipe(session, path, listener));
        }

        @Override
        public Lock lock(Recipe.Place place) {
            return on(place, Lock.class, LockRecipe::new);
        }

        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return on(place, Barrier.class, (session, path) -> new BarrierRecipe(session, path, member, members));
        }

        @Override
        public Queue queue(Recipe.Place place, int capacity) {
            return on(place, Queue.class, (session, path) -> new QueueRecipe(session, path, capacity));
        }

        private static <R extends Recipe> R on(
                Recipe.Place place, Class<R> contract, BiFunction<Session, String, R> make) {
            Session session = Session.open(place.servers(), place.sessionTimeout());
            R recipe;
            try {
                recipe = make.apply(session, place.path());
            } catch (RuntimeException refused) {
                session.close();
                throw refused;
            }
            return contract.cast(Proxy.newProxyInstance(
                    contract.getClassLoader(), new Class<?>[] {contract}, (proxy, method, arguments) -> {
                        try {
                            return method.invoke(recipe, arguments);
                        } catch (InvocationTargetException thrown) {
                            throw thrown.getCause();
                        } finally {
                            if (method.getName().equals("close")) {
                                closeLater(session);
                            }
                        }
                    }));
        }

        private static void closeLater(Session session) {
            Executor later = CompletableFuture.delayedExecutor(OUTLIVES_SECONDS, TimeUnit.SECONDS);
            CompletableFuture.runAsync(session::close, later);
        }
    }
}
