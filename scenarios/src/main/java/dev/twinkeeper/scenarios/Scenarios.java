package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.recipes.BarrierLossScenarios;
import dev.twinkeeper.scenarios.recipes.BarrierScenarios;
import dev.twinkeeper.scenarios.recipes.BarrierTimeScenarios;
import dev.twinkeeper.scenarios.recipes.ConfigurationRefusalScenarios;
import dev.twinkeeper.scenarios.recipes.ConfigurationScenarios;
import dev.twinkeeper.scenarios.recipes.ConfigurationWriteScenarios;
import dev.twinkeeper.scenarios.recipes.ElectionLeaderScenarios;
import dev.twinkeeper.scenarios.recipes.ElectionLossScenarios;
import dev.twinkeeper.scenarios.recipes.ElectionRefusalScenarios;
import dev.twinkeeper.scenarios.recipes.ElectionScenarios;
import dev.twinkeeper.scenarios.recipes.LockLossScenarios;
import dev.twinkeeper.scenarios.recipes.LockPatienceScenarios;
import dev.twinkeeper.scenarios.recipes.LockRefusalScenarios;
import dev.twinkeeper.scenarios.recipes.LockScenarios;
import dev.twinkeeper.scenarios.recipes.MembershipLossScenarios;
import dev.twinkeeper.scenarios.recipes.MembershipRefusalScenarios;
import dev.twinkeeper.scenarios.recipes.MembershipScenarios;
import dev.twinkeeper.scenarios.recipes.QueueLossScenarios;
import dev.twinkeeper.scenarios.recipes.QueueRefusalScenarios;
import dev.twinkeeper.scenarios.recipes.QueueScenarios;
import dev.twinkeeper.scenarios.topics.AssignmentScenarios;
import dev.twinkeeper.scenarios.topics.BatchScenarios;
import dev.twinkeeper.scenarios.topics.BoundsScenarios;
import dev.twinkeeper.scenarios.topics.ByHandScenarios;
import dev.twinkeeper.scenarios.topics.CompletionScenarios;
import dev.twinkeeper.scenarios.topics.FailoverScenarios;
import dev.twinkeeper.scenarios.topics.ForeignThingsScenarios;
import dev.twinkeeper.scenarios.topics.LifeCycleScenarios;
import dev.twinkeeper.scenarios.topics.LoadScenarios;
import dev.twinkeeper.scenarios.topics.LostAnswerScenarios;
import dev.twinkeeper.scenarios.topics.OperatorScenarios;
import dev.twinkeeper.scenarios.topics.OutcomeScenarios;
import dev.twinkeeper.scenarios.topics.RecoveryScenarios;
import dev.twinkeeper.scenarios.topics.RegistrationScenarios;
import dev.twinkeeper.scenarios.topics.ShardingScenarios;
import dev.twinkeeper.scenarios.topics.SubmissionScenarios;
import dev.twinkeeper.scenarios.topics.TidyingScenarios;
import dev.twinkeeper.scenarios.topics.WatchGapScenarios;
import dev.twinkeeper.scenarios.topics.WorkerLossScenarios;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All scenarios there are, collected from the topic classes: plain classes whose public methods take a
 * {@link ScenarioContext}.
 */
public final class Scenarios {
    private static final String ENDING = "Scenarios";

    /** In the order in which they are told. */
    private static final List<Class<?>> TOPICS = List.of(
            RegistrationScenarios.class,
            AssignmentScenarios.class,
            CompletionScenarios.class,
            SubmissionScenarios.class,
            OutcomeScenarios.class,
            FailoverScenarios.class,
            OperatorScenarios.class,
            WorkerLossScenarios.class,
            LostAnswerScenarios.class,
            BatchScenarios.class,
            LoadScenarios.class,
            WatchGapScenarios.class,
            LifeCycleScenarios.class,
            TidyingScenarios.class,
            ByHandScenarios.class,
            ForeignThingsScenarios.class,
            BoundsScenarios.class,
            RecoveryScenarios.class,
            ShardingScenarios.class);

    /** Of the small recipes, in the order in which they are told. */
    private static final List<Class<?>> RECIPES = List.of(
            ElectionScenarios.class,
            ElectionLeaderScenarios.class,
            ElectionLossScenarios.class,
            ElectionRefusalScenarios.class,
            MembershipScenarios.class,
            MembershipLossScenarios.class,
            MembershipRefusalScenarios.class,
            ConfigurationScenarios.class,
            ConfigurationWriteScenarios.class,
            ConfigurationRefusalScenarios.class,
            LockScenarios.class,
            LockPatienceScenarios.class,
            LockLossScenarios.class,
            LockRefusalScenarios.class,
            BarrierScenarios.class,
            BarrierTimeScenarios.class,
            BarrierLossScenarios.class,
            QueueScenarios.class,
            QueueLossScenarios.class,
            QueueRefusalScenarios.class);

    private Scenarios() {}

    /** All of the master–worker system, by topic, and within a topic by name. */
    public static List<Scenario> all() {
        return TOPICS.stream().flatMap(topic -> of(topic).stream()).toList();
    }

    /** All of the small recipes. */
    public static List<Scenario> recipes() {
        return RECIPES.stream().flatMap(topic -> of(topic).stream()).toList();
    }

    /**
     * The one with that id.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static Scenario named(String id) {
        return Stream.concat(all().stream(), recipes().stream())
                .filter(scenario -> scenario.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no scenario '" + id + "'"));
    }

    /** Those of a topic class. */
    public static List<Scenario> of(Class<?> topic) {
        return Arrays.stream(topic.getDeclaredMethods())
                .filter(method -> method.getParameterCount() == 1
                        && method.getParameterTypes()[0] == ScenarioContext.class
                        && Modifier.isPublic(method.getModifiers()))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> scenario(topic, method))
                .toList();
    }

    private static Scenario scenario(Class<?> topic, Method method) {
        Verifies verifies = method.getAnnotation(Verifies.class);
        if (verifies == null || verifies.value().length == 0) {
            throw new IllegalStateException(method + " cites no rule: it needs @Verifies");
        }
        Set<Rule> rules = EnumSet.copyOf(Arrays.asList(verifies.value()));
        String name = topic.getSimpleName();
        String stem = name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
        String kind = stem.toLowerCase(Locale.ROOT);
        boolean faults = method.isAnnotationPresent(FaultsEnsemble.class);
        return new Scenario(kind, method.getName(), rules, faults, context -> run(topic, method, context));
    }

    private static void run(Class<?> topic, Method method, ScenarioContext context) throws Exception {
        try {
            method.invoke(topic.getDeclaredConstructor().newInstance(), context);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception exception) {
                throw exception;
            }
            throw (Error) e.getCause();
        }
    }
}
