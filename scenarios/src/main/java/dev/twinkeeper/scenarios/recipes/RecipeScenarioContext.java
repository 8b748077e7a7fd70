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
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.checker.TransactionLog;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.lab.Wire;
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
 * What a recipe's scenario works with: a path of its own on an ensemble that may be shared, participants that the
 * {@link Implementations} gives it, each on its own wire, and people at zkCli. Used by the thread of the scenario.
 */
public final class RecipeScenarioContext implements AutoCloseable {
    public static final Duration SESSION_TIMEOUT = ScenarioContext.SESSION_TIMEOUT;

    /** "At once": no session has to end first. So whoever goes has a session several times as long. */
    public static final Duration AT_ONCE = ScenarioContext.AT_ONCE;

    /** For a lost session to end, be noticed, and whatever follows. */
    public static final Duration SUCCESSION = ScenarioContext.SUCCESSION;

    /** For anything when nothing is wrong. */
    public static final Duration READY = ScenarioContext.READY;

    /** For everything to go on after the ensemble was lost. */
    public static final Duration RECOVERY = ScenarioContext.RECOVERY;

    /** Looks without traffic, 10 ms apart, after which nobody is about to ask. */
    private static final int QUIET = 15;

    private static final AtomicInteger contexts = new AtomicInteger();

    private final Implementations implementations;
    private final Ensemble ensemble;
    private final Layout layout;
    private final List<RecipeParticipant<?>> participants = new ArrayList<>();
    private final List<Operator> operators = new ArrayList<>();
    private final Map<String, Duration> measures = new LinkedHashMap<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Instant begin = Instant.now();
    private final long beginZxid;
    private Consumer<Wire> nextWire = untouched -> {};
    private Duration sessionTimeout = SESSION_TIMEOUT;

    RecipeScenarioContext(String scenario, Implementations implementations, Ensemble ensemble) {
        this.implementations = implementations;
        this.ensemble = ensemble;
        this.layout = new Layout("/recipes/" + contexts.incrementAndGet() + "/" + scenario);
        this.beginZxid = ensemble.lastZxid();
    }

    /** A scenario in such a context. */
    public static Scenario scenario(
            String topic,
            String name,
            Set<Rule> rules,
            boolean faultsEnsemble,
            Scenario.Body<RecipeScenarioContext> body) {
        return new Scenario(
                topic,
                name,
                rules,
                faultsEnsemble,
                (scenario, implementations, ensemble) ->
                        new RecipeTeardown(scenario, body, implementations, ensemble).execute());
    }

    // The participants.

    public RecipeParticipant<Election> candidate(String name) {
        return participant(
                name,
                (recipes, participant) -> recipes.election(place(participant), name, new Election.Listener() {
                    @Override
                    public void elected(Election.Term term) {
                        participant.note(new RecipeEvent.Elected(term));
                    }

                    @Override
                    public void deposed(Election.Term term) {
                        participant.note(new RecipeEvent.Deposed(term));
                    }

                    @Override
                    public void failed(Recipe.Failure why) {
                        participant.note(new RecipeEvent.Failed(why));
                    }
                }));
    }

    public RecipeParticipant<Membership> member(String name) {
        return participant(
                name,
                (recipes, participant) -> recipes.membership(place(participant), new Membership.Listener() {
                    @Override
                    public void joined(Membership.Member member) {
                        participant.note(new RecipeEvent.Joined(member));
                    }

                    @Override
                    public void changed(Membership.Member member) {
                        participant.note(new RecipeEvent.Changed(member));
                    }

                    @Override
                    public void left(Membership.Member member) {
                        participant.note(new RecipeEvent.Left(member));
                    }

                    @Override
                    public void failed(Recipe.Failure why) {
                        participant.note(new RecipeEvent.Failed(why));
                    }
                }));
    }

    public RecipeParticipant<Configuration> reader(String name) {
        return participant(
                name,
                (recipes, participant) -> recipes.configuration(place(participant), new Configuration.Listener() {
                    @Override
                    public void changed(Configuration.Value value) {
                        participant.note(new RecipeEvent.NewValue(value));
                    }

                    @Override
                    public void failed(Recipe.Failure why) {
                        participant.note(new RecipeEvent.Failed(why));
                    }
                }));
    }

    public RecipeParticipant<Lock> contender(String name) {
        return participant(name, (recipes, participant) -> recipes.lock(place(participant)));
    }

    public RecipeParticipant<Barrier> barrier(String name, int members) {
        return participant(name, (recipes, participant) -> recipes.barrier(place(participant), name, members));
    }

    public RecipeParticipant<Queue> queue(String name, int capacity) {
        return participant(name, (recipes, participant) -> recipes.queue(place(participant), capacity));
    }

    /** Does this to the wire of the next participant before it is made: for faults of its first requests. */
    public void prepareWire(Consumer<Wire> preparation) {
        nextWire = preparation;
    }

    /** The session timeout of all participants to come. */
    public void sessionTimeout(Duration timeout) {
        sessionTimeout = timeout;
    }

    private <R extends Recipe> RecipeParticipant<R> participant(
            String name, BiFunction<Recipes, RecipeParticipant<R>, R> part) {
        Wire wire = new Wire(ensemble);
        nextWire.accept(wire);
        nextWire = untouched -> {};
        RecipeParticipant<R> participant = new RecipeParticipant<>(name, wire, ensemble);
        Recipes recipes = implementations.recipes(participants.size());
        participant.uses(part.apply(recipes, participant));
        participants.add(participant);
        return participant;
    }

    private Recipe.Place place(RecipeParticipant<?> participant) {
        return new Recipe.Place(participant.wire().connectString(), sessionTimeout, path());
    }

    /** The side whose recipe the n-th participant uses: for scenarios of bad input, which make their own. */
    public Recipes recipes(int n) {
        return implementations.recipes(n);
    }

    /** A person at zkCli, with a session of its own; its paths go without the scenario's root: {@code /recipe/…}. */
    public Operator operator() {
        Operator operator = new Operator(ensemble.followersConnectString(), layout);
        operators.add(operator);
        return operator;
    }

    // The place.

    /** Where the recipe stands, for a {@link Operator}: {@code /recipe}. */
    public static final String RECIPE = "/recipe";

    /** Where the recipe stands, whole. */
    public String path() {
        return layout.root() + RECIPE;
    }

    /** The servers: to be faulted only by scenarios that say {@link dev.twinkeeper.scenarios.FaultsEnsemble}. */
    public Ensemble ensemble() {
        return ensemble;
    }

    /** All that was committed in this scenario so far, as the servers' logs have it. */
    public List<Commit> commits() {
        try (Operator marker = new Operator(ensemble.connectString(), layout)) {
            long mark = marker.mark();
            return new TransactionLog(ensemble.transactionLogs(), layout.root()).read(beginZxid, mark);
        }
    }

    /** What all wires together carried. */
    public Traffic traffic() {
        return participants.stream()
                .map(participant -> participant.wire().traffic())
                .reduce(Traffic.NONE, Traffic::plus);
    }

    // Waiting.

    /** Waits for an answer that is expected to complete well. */
    public <T> T await(String what, CompletionStage<T> coming, Duration bound) {
        return ScenarioContext.await(what, coming, bound);
    }

    /** Liveness: waits until the condition holds, no longer than the rule allows. */
    public void eventually(String what, Duration bound, Callable<Boolean> condition) {
        BoundedWait.until(what, bound, condition);
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
        BoundedWait.throughout(what, time, condition);
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

    List<RecipeParticipant<?>> participants() {
        return List.copyOf(participants);
    }

    List<Operator> operators() {
        return List.copyOf(operators);
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
        operators.forEach(Operator::close);
        participants.forEach(participant -> participant.wire().close());
    }
}
