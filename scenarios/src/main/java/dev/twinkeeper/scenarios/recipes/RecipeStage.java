package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Cast;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Patience;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.lab.Wire;
import dev.twinkeeper.scenarios.oracle.Commit;
import dev.twinkeeper.scenarios.oracle.TransactionLog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Where a recipe's scenario plays: a path of its own on an ensemble that may be shared, participants that the
 * {@link Cast} gives it, each on its own wire, and people at zkCli. Used by the thread of the scenario.
 */
public final class RecipeStage implements AutoCloseable {
    public static final Duration SESSION_TIMEOUT = Stage.SESSION_TIMEOUT;

    /** "At once": no session has to end first. So whoever goes has a session several times as long. */
    public static final Duration AT_ONCE = Stage.AT_ONCE;

    /** For a lost session to end, be noticed, and whatever follows. */
    public static final Duration SUCCESSION = Stage.SUCCESSION;

    /** For anything when nothing is wrong. */
    public static final Duration READY = Stage.READY;

    /** For everything to go on after the ensemble was lost. */
    public static final Duration RECOVERY = Stage.RECOVERY;

    /** Looks without traffic, 10 ms apart, after which nobody is about to ask. */
    private static final int QUIET = 15;

    private static final AtomicInteger stages = new AtomicInteger();

    private final Cast cast;
    private final Ensemble ensemble;
    private final Layout layout;
    private final List<Player<?>> players = new ArrayList<>();
    private final List<Hand> hands = new ArrayList<>();
    private final Map<String, Duration> measures = new LinkedHashMap<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Instant begin = Instant.now();
    private final long beginZxid;
    private Consumer<Wire> nextWire = untouched -> {};
    private Duration sessionTimeout = SESSION_TIMEOUT;

    RecipeStage(String scenario, Cast cast, Ensemble ensemble) {
        this.cast = cast;
        this.ensemble = ensemble;
        this.layout = new Layout("/recipes/" + stages.incrementAndGet() + "/" + scenario);
        this.beginZxid = ensemble.lastZxid();
    }

    /** A scenario on such a stage. */
    public static Scenario scenario(
            String topic, String name, Set<Rule> rules, boolean faultsEnsemble, Scenario.Body<RecipeStage> body) {
        return new Scenario(
                topic,
                name,
                rules,
                faultsEnsemble,
                (scenario, cast, ensemble) -> new RecipePerformance(scenario, body, cast, ensemble).perform());
    }

    // The participants.

    public Player<Election> candidate(String name) {
        return player(
                name,
                (recipes, player) -> recipes.election(place(player), name, new Election.Listener() {
                    @Override
                    public void elected(Election.Term term) {
                        player.hear(new Happening.Elected(term));
                    }

                    @Override
                    public void deposed(Election.Term term) {
                        player.hear(new Happening.Deposed(term));
                    }

                    @Override
                    public void failed(Recipe.Failure why) {
                        player.hear(new Happening.Failed(why));
                    }
                }));
    }

    public Player<Membership> member(String name) {
        return player(
                name,
                (recipes, player) -> recipes.membership(place(player), new Membership.Listener() {
                    @Override
                    public void joined(Membership.Member member) {
                        player.hear(new Happening.Joined(member));
                    }

                    @Override
                    public void changed(Membership.Member member) {
                        player.hear(new Happening.Changed(member));
                    }

                    @Override
                    public void left(Membership.Member member) {
                        player.hear(new Happening.Left(member));
                    }

                    @Override
                    public void failed(Recipe.Failure why) {
                        player.hear(new Happening.Failed(why));
                    }
                }));
    }

    public Player<Configuration> reader(String name) {
        return player(
                name,
                (recipes, player) -> recipes.configuration(place(player), new Configuration.Listener() {
                    @Override
                    public void changed(Configuration.Value value) {
                        player.hear(new Happening.NewValue(value));
                    }

                    @Override
                    public void failed(Recipe.Failure why) {
                        player.hear(new Happening.Failed(why));
                    }
                }));
    }

    public Player<Lock> contender(String name) {
        return player(name, (recipes, player) -> recipes.lock(place(player)));
    }

    public Player<Barrier> barrier(String name, int members) {
        return player(name, (recipes, player) -> recipes.barrier(place(player), name, members));
    }

    public Player<Queue> queue(String name, int capacity) {
        return player(name, (recipes, player) -> recipes.queue(place(player), capacity));
    }

    /** Does this to the wire of the next participant before it is made: for faults of its first requests. */
    public void prepareWire(Consumer<Wire> preparation) {
        nextWire = preparation;
    }

    /** The session timeout of all participants to come. */
    public void sessionTimeout(Duration timeout) {
        sessionTimeout = timeout;
    }

    private <R extends Recipe> Player<R> player(String name, BiFunction<Recipes, Player<R>, R> part) {
        Wire wire = new Wire(ensemble);
        nextWire.accept(wire);
        nextWire = untouched -> {};
        Player<R> player = new Player<>(name, wire, ensemble);
        Recipes recipes = cast.recipes(players.size());
        player.plays(part.apply(recipes, player));
        players.add(player);
        return player;
    }

    private Recipe.Place place(Player<?> player) {
        return new Recipe.Place(player.wire().connectString(), sessionTimeout, path());
    }

    /** The side whose recipe the n-th participant plays: for scenarios of bad input, which make their own. */
    public Recipes recipes(int n) {
        return cast.recipes(n);
    }

    /** A person at zkCli, with a session of its own; its paths go without the stage's root: {@code /recipe/…}. */
    public Hand hand() {
        Hand hand = new Hand(ensemble.followersConnectString(), layout);
        hands.add(hand);
        return hand;
    }

    // The place.

    /** Where the recipe stands, for a {@link Hand}: {@code /recipe}. */
    public static final String RECIPE = "/recipe";

    /** Where the recipe stands, whole. */
    public String path() {
        return layout.root() + RECIPE;
    }

    /** The servers: to be faulted only by scenarios that say {@link dev.twinkeeper.scenarios.FaultsEnsemble}. */
    public Ensemble ensemble() {
        return ensemble;
    }

    /** All that was committed on this stage so far, as the servers' logs have it. */
    public List<Commit> commits() {
        try (Hand marker = new Hand(ensemble.connectString(), layout)) {
            long mark = marker.mark();
            return new TransactionLog(ensemble.transactionLogs(), layout.root()).read(beginZxid, mark);
        }
    }

    /** What all wires together carried. */
    public Traffic traffic() {
        return players.stream().map(player -> player.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    // Waiting.

    /** Waits for a stage that is expected to complete well. */
    public <T> T await(String what, CompletionStage<T> coming, Duration bound) {
        return Stage.await(what, coming, bound);
    }

    /** Liveness: waits until the condition holds, no longer than the rule allows. */
    public void eventually(String what, Duration bound, Callable<Boolean> condition) {
        Patience.until(what, bound, condition);
    }

    /** Waits until nobody asks the servers for anything any more: then all that was to be watched is. Returns the traffic. */
    public Traffic settle() {
        List<Traffic> looks = new ArrayList<>();
        eventually("all is quiet", READY, () -> {
            looks.add(traffic());
            int from = looks.size() - QUIET;
            return from >= 0 && looks.get(from).total() == traffic().total();
        });
        return looks.get(looks.size() - 1);
    }

    /** Watches a condition for that time: for what must not happen. */
    public void throughout(String what, Duration time, Callable<Boolean> condition) {
        Patience.throughout(what, time, condition);
    }

    // Measuring, for compare.

    public void measure(String name, Duration time) {
        measures.put(name, time);
    }

    /** Takes down a number that was counted on the wire, such as the requests of an acquire. */
    public void count(String name, long number) {
        counts.put(name, number);
    }

    Map<String, Duration> measures() {
        return measures;
    }

    Map<String, Long> counts() {
        return counts;
    }

    // The end.

    List<Player<?>> players() {
        return List.copyOf(players);
    }

    List<Hand> hands() {
        return List.copyOf(hands);
    }

    Layout layout() {
        return layout;
    }

    Instant begin() {
        return begin;
    }

    /** Ends the people and the wires; the recipes were closed before. */
    @Override
    public void close() {
        hands.forEach(Hand::close);
        players.forEach(player -> player.wire().close());
    }
}
