package dev.twinkeeper.scenarios.plain.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs each broken variant of a recipe in the scenario that is to catch it. */
@ExtendWith(SharedEnsemble.class)
abstract class BrokenRecipes {
    private static final int AT_ONCE = 4;
    private static final Duration LONGEST = Duration.ofMinutes(5);

    /**
     * A mistake.
     *
     * @param title in words
     * @param recipes the side that makes it
     * @param rule the rule that it breaks
     * @param scenario the id of the one that catches it
     * @param evidence what the failure says
     */
    record Broken(String title, Recipes recipes, Rule rule, String scenario, String evidence) {}

    /** The variants, in the order of their rules. */
    abstract List<Broken> broken();

    @TestFactory
    Stream<DynamicTest> isCaught(Ensemble ensemble) {
        ExecutorService participants = Executors.newFixedThreadPool(AT_ONCE);
        Map<Broken, CompletableFuture<Result>> results = new LinkedHashMap<>();
        for (Broken each : broken()) {
            Scenario scenario = Scenarios.named(each.scenario);
            results.put(
                    each,
                    CompletableFuture.supplyAsync(
                            () -> ScenarioRunner.run(scenario, Implementations.ofRecipes(each.recipes), ensemble),
                            participants));
        }
        participants.shutdown();
        return results.entrySet().stream().map(each -> test(each.getKey(), each.getValue()));
    }

    private static DynamicTest test(Broken broken, CompletableFuture<Result> coming) {
        return dynamicTest(broken.title, () -> {
            Result result = ScenarioContext.await(broken.title, coming, LONGEST);
            assertThat(result.scenario().rules()).contains(broken.rule);
            assertThat(result.failure()).as("what the scenario found").isPresent();
            assertThat(result.failure().orElseThrow()).hasMessageContaining(broken.evidence);
        });
    }
}
