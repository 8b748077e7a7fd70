package dev.twinkeeper.cli.intrude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.recipes.Recipes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * No stranger gets in: ten operations, three strangers, two implementations; of the roles six kinds of znode. And no role
 * gets further than what is granted to it: eleven operations, four roles and nobody, eleven kinds of znode.
 */
@Timeout(600)
class IntrusionsTest {
    @Test
    void noneOfThemPasses() throws Exception {
        Intrusions intrusions = Intrusions.tryAll(List.of(Coordination.named("raw"), Coordination.named("curator")));

        assertThat(intrusions.passed())
                .as(String.join("\n", intrusions.lines()))
                .isZero();
        assertThat(intrusions.tries()).isGreaterThan(10 * 6 * 3 * 2 + 11 * 5 * 11 * 2);
        for (String side : List.of("raw", "curator")) {
            assertThat(intrusions.lines())
                    .contains(
                            "worker   /roles-" + side + "/assign/w: read, list, exists, getACL, check",
                            "client   /roles-" + side + "/master: nothing",
                            "nobody   /roles-" + side + "/tasks: nothing");
        }
        for (Recipes side : Recipes.all()) {
            for (String recipe : Recipes.NAMES) {
                assertThat(intrusions.lines())
                        .as("a znode of %s's %s", side.name(), recipe)
                        .anyMatch(line -> line.contains("  30 refused  /recipes-" + side.name() + "/" + recipe + "/"));
            }
        }
        for (Recipes variant : Recipes.variants()) {
            assertThat(intrusions.lines())
                    .anyMatch(line -> line.contains("/recipes-" + variant.name() + "/"
                            + variant.brings().get(0)));
        }
    }
}
