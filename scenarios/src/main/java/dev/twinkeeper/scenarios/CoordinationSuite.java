package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The suite: all scenarios, as JUnit tests, for the implementation that a subclass names.
 *
 * <pre>{@code
 * class MyCoordinationTest extends CoordinationSuite {
 *     @Override
 *     protected Implementations implementations() {
 *         return Implementations.of(new MyCoordination());
 *     }
 * }
 * }</pre>
 *
 * <p>Scenarios wait more than they work, so several run at a time, on threads of the {@link ScenarioRunner}. JUnit's
 * own parallel execution would have to be switched on by every user of this library. The time of a test in JUnit's
 * report is therefore the time that JUnit waited for it.
 */
@ExtendWith(SharedEnsemble.class)
public abstract class CoordinationSuite {
    /** The system property with a regular expression for the ids of the scenarios to be run. */
    public static final String CHOICE = "twinkeeper.scenario";

    /** The system property with the number of scenarios that run at a time. */
    public static final String AT_ONCE = "twinkeeper.atOnce";

    /** More than the whole suite takes: only for the case that something hangs for ever. */
    private static final Duration WHOLE_SUITE = Duration.ofMinutes(15);

    /** What is under test. */
    protected abstract Implementations implementations();

    /** What is run: all scenarios, unless a subclass wants fewer. */
    protected List<Scenario> scenarios() {
        return chosen(Scenarios.all());
    }

    /**
     * Those of them that {@link #CHOICE} chooses. None, where it chooses some of another suite that is run with this one.
     *
     * @throws IllegalArgumentException in one line, where it chooses none of any suite, or is no regular expression
     */
    protected static List<Scenario> chosen(List<Scenario> all) {
        return chosen(all, System.getProperty(CHOICE, ".*"));
    }

    static List<Scenario> chosen(List<Scenario> all, String choice) {
        List<Scenario> chosen = matching(all.stream(), choice);
        if (chosen.isEmpty()
                && !all.isEmpty()
                && matching(Stream.concat(Scenarios.all().stream(), Scenarios.recipes().stream()), choice)
                        .isEmpty()) {
            throw new IllegalArgumentException("no scenario matches -D" + CHOICE + "=" + choice
                    + ": it has to match the whole id, topic.name, such as '"
                    + all.get(0).id() + "' or '" + all.get(0).topic() + ".*'");
        }
        return chosen;
    }

    private static List<Scenario> matching(Stream<Scenario> scenarios, String choice) {
        try {
            Pattern pattern = Pattern.compile(choice);
            return scenarios
                    .filter(scenario -> pattern.matcher(scenario.id()).matches())
                    .toList();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "-D" + CHOICE + "=" + choice + " is no regular expression: " + e.getDescription());
        }
    }

    @TestFactory
    Stream<DynamicNode> run(Ensemble ensemble) {
        List<Scenario> scenarios = scenarios();
        assumeThat(scenarios)
                .as("scenarios of this suite that -D%s=%s chooses", CHOICE, System.getProperty(CHOICE))
                .isNotEmpty();
        int atOnce = Integer.getInteger(AT_ONCE, 4);
        Map<Scenario, CompletableFuture<Result>> results =
                ScenarioRunner.runAll(scenarios, implementations(), () -> ensemble, atOnce);
        Map<String, List<DynamicTest>> topics = results.entrySet().stream()
                .collect(Collectors.groupingBy(
                        each -> each.getKey().topic(),
                        LinkedHashMap::new,
                        Collectors.mapping(each -> test(each.getKey(), each.getValue()), Collectors.toList())));
        return topics.entrySet().stream()
                .map(topic -> DynamicContainer.dynamicContainer(topic.getKey(), topic.getValue()));
    }

    private static DynamicTest test(Scenario scenario, CompletableFuture<Result> coming) {
        return DynamicTest.dynamicTest(scenario.name(), () -> {
            Result result = ScenarioContext.await(scenario.id(), coming, WHOLE_SUITE);
            if (!result.ok()) {
                throw result.failure().orElseThrow();
            }
        });
    }
}
