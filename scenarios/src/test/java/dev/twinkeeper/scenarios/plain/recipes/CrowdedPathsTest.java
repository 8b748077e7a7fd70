package dev.twinkeeper.scenarios.plain.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path with more children than one answer may hold is told as that, and nothing is left in it. */
@ExtendWith(SharedEnsemble.class)
@Timeout(180)
class CrowdedPathsTest {
    private static final int CHILDREN = 200;

    /** Less than the list has; far more than any other answer. */
    private static final Map<String, String> SMALL = Map.of("jute.maxbuffer", "20000");

    private static final Duration PATIENCE = Duration.ofSeconds(100);

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aLockSaysSoAndLeaves(String side, Ensemble ensemble) {
        String path = "/crowded-" + side;
        try (Operator operator = new Operator(ensemble.connectString(), new Layout(""))) {
            operator.create(path, "");
            for (int i = 0; i < CHILDREN; i++) {
                operator.create(path + "/" + "x".repeat(150) + "-" + i, "");
            }
            Recipe.Place place = new Recipe.Place(ensemble.connectString(), Duration.ofSeconds(30), path)
                    .withAccess(Recipe.Access.OPEN.withClient(SMALL));
            try (Lock lock = Recipes.named(side).lock(place)) {
                Recipe.Failure why =
                        catchThrowableOfType(Recipe.Failure.class, () -> lock.acquire(Lock.Mode.EXCLUSIVE, PATIENCE));

                assertThat(why.problem()).as(why.getMessage()).isEqualTo(Recipe.Problem.FULL);
                assertThat(why).hasMessageContaining("jute.maxbuffer").hasMessageContaining(path);
                BoundedWait.until(
                        "its znode is gone",
                        PATIENCE,
                        () -> ours(operator, path).isEmpty());
            }
        }
    }

    private static List<String> ours(Operator operator, String path) {
        return operator.children(path).stream()
                .filter(name -> name.startsWith("_c_"))
                .toList();
    }
}
