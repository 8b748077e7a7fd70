package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.cli.demo.ConceptDemos;
import dev.twinkeeper.cli.demo.Demo;
import dev.twinkeeper.cli.demo.DemoContext;
import dev.twinkeeper.cli.demo.Demos;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every demo on both sides, each to its end and within its time; and one that goes wrong. */
@ExtendWith(SharedEnsemble.class)
class DemosTest {
    /** They wait far more than they work, mostly for sessions to expire. */
    private static final int AT_ONCE = 3;

    /** What is promised: thirty seconds with a start of Java and of an ensemble, which take three. */
    private static final Duration LONGEST = Duration.ofSeconds(27);

    /** Nobody reads an empty demo, nor one that takes more than a screen or two. */
    private static final int FEWEST_LINES = 10;

    private static final int MOST_LINES = 90;

    /** A znode with a long name and data is not wrapped. */
    private static final int WIDEST = Prose.WIDTH + 20;

    @Test
    void everyRecipeHasOne() {
        assertThat(Recipes.NAMES).allMatch(name -> Demos.of(name).isPresent(), "has a demo");
    }

    /** One after the other: one of them stops the servers. */
    @TestFactory
    Stream<DynamicTest> aConceptIsShownToItsEnd() {
        return ConceptDemos.names().stream()
                .map(name -> dynamicTest(name, () -> {
                    Demo demo = ConceptDemos.of(name).orElseThrow();
                    List<String> told = played(demo, Recipes.named("raw"), "/" + name);
                    assertThat(told).hasSizeBetween(FEWEST_LINES, MOST_LINES);
                    assertThat(told).allMatch(line -> line.length() <= WIDEST, "fits in a line");
                }));
    }

    @TestFactory
    Stream<DynamicTest> isPlayedToItsEnd() {
        ExecutorService players = Executors.newFixedThreadPool(AT_ONCE);
        Map<String, CompletableFuture<List<String>>> demos = new LinkedHashMap<>();
        for (String name : Recipes.NAMES) {
            for (Recipes side : List.of(Recipes.named("raw"), Recipes.named("curator"))) {
                Demos.of(name)
                        .ifPresent(demo -> demos.put(
                                name + " by " + side.name(),
                                CompletableFuture.supplyAsync(() -> played(demo, side, "/" + name), players)));
            }
        }
        players.shutdown();
        return demos.entrySet().stream()
                .map(each -> dynamicTest(each.getKey(), () -> {
                    List<String> told = each.getValue().get(2, TimeUnit.MINUTES);
                    assertThat(told).hasSizeBetween(FEWEST_LINES, MOST_LINES);
                    assertThat(told).allMatch(line -> line.length() <= WIDEST, "fits in a line");
                }));
    }

    /** On an ensemble of its own: a demo may well take a server down. */
    private static List<String> played(Demo demo, Recipes side, String path) {
        List<String> told = new CopyOnWriteArrayList<>();
        try (Ensemble ensemble = Ensemble.start();
                DemoContext context = new DemoContext(ensemble, side, path, new Listening(told))) {
            DemoCommand.run(demo, context, path, LONGEST);
        }
        return told;
    }

    private record Listening(List<String> told) implements DemoContext.DemoListener {
        @Override
        public void heading(String title) {
            told.add(title);
        }

        @Override
        public void line(String time, String who, String text) {
            told.add("%-9s  %-9s %s".formatted(time, who, text));
        }
    }

    @Test
    void aDemoThatGoesWrongEndsInOneLine(Ensemble ensemble) {
        assertThat(complaint(ensemble, () -> {
                    throw new AssertionError("not within 10 ms: the moon rises");
                }))
                .isEqualTo("a demo: not within 10 ms: the moon rises");
        assertThat(complaint(ensemble, () -> {
                    throw new Recipe.Failure(Recipe.Problem.NOT_HELD, "released before");
                }))
                .isEqualTo("a demo: released before");
        assertThat(complaint(ensemble, () -> {
                    throw new IllegalStateException("a mistake");
                }))
                .isEqualTo("a demo: java.lang.IllegalStateException: a mistake");
        assertThat(complaint(ensemble, () -> new CompletableFuture<>().get()))
                .isEqualTo("a demo: it did not end within 500ms");
    }

    private static String complaint(Ensemble ensemble, Callable<?> wrong) {
        Demo demo = new Demo() {
            @Override
            public String title() {
                return "goes wrong";
            }

            @Override
            public void run(DemoContext context) throws Exception {
                wrong.call();
            }
        };
        List<String> complaints = new ArrayList<>();
        try (DemoContext context =
                new DemoContext(ensemble, Recipes.named("raw"), "/wrong", new Listening(complaints))) {
            assertThatThrownBy(() -> DemoCommand.run(demo, context, "a demo", Duration.ofMillis(500)))
                    .isInstanceOfSatisfying(CommandException.class, known -> {
                        assertThat(known.code()).isEqualTo(ExitCode.FAILURE);
                        complaints.add(known.getMessage());
                    });
        }
        return complaints.get(0);
    }
}
