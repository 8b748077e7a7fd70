package dev.twinkeeper.scenarios.plain.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.plain.recipes.BrokenRecipes.Broken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds of the broken variants as texts: no recipe whose scenarios nobody has tried on a mistake. */
class BrokenVariantsTest {
    private static final Path HERE = Path.of("src/test/java/dev/twinkeeper/scenarios/plain/recipes");

    @Test
    void everyRecipeHasABrokenVariant() throws Exception {
        assertThat(variants().stream().map(BrokenVariantsTest::recipe).distinct())
                .containsExactlyInAnyOrderElementsOf(Recipes.NAMES);
    }

    @Test
    void everyVariantIsOneMistakeOfItsOwn() throws Exception {
        assertThat(variants().stream().map(each -> recipe(each) + ": " + each.title()))
                .doesNotHaveDuplicates();
        assertThat(variants()).allSatisfy(each -> {
            assertThat(Scenarios.named(each.scenario()).rules()).contains(each.rule());
            assertThat(each.evidence()).isNotBlank();
        });
    }

    private static String recipe(Broken broken) {
        return Recipes.NAMES.stream()
                .filter(broken.scenario()::startsWith)
                .findFirst()
                .orElse(broken.scenario());
    }

    private static List<Broken> variants() throws Exception {
        List<Broken> variants = new ArrayList<>();
        try (Stream<Path> files = Files.list(HERE)) {
            for (Path file : files.filter(each -> each.toString().endsWith("Test.java"))
                    .sorted()
                    .toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                Class<?> type = Class.forName(BrokenVariantsTest.class.getPackageName() + "." + name);
                if (BrokenRecipes.class.isAssignableFrom(type)) {
                    variants.addAll(
                            ((BrokenRecipes) type.getDeclaredConstructor().newInstance()).broken());
                }
            }
        }
        return variants;
    }
}
