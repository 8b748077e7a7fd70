package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a declared difference makes of a result. */
class DeclaredDifferencesTest {
    private static final Coordination KEEPS = new Declaring("keeps", List.of());
    private static final Coordination DIFFERS = new Declaring(
            "differs",
            List.of(new Difference(
                    Rule.L1, "the next is late", "nowhere", Map.of("test.proof", "too late"), Set.of("test.shown"))));

    private static Result check(String scenario, Implementations implementations, Throwable failure) {
        Scenario played = new Scenario("test", scenario, Set.of(Rule.L1), false, context -> {});
        Result result = new Result(
                played,
                implementations.name(),
                Optional.ofNullable(failure),
                Duration.ZERO,
                Map.of(),
                Map.of(),
                Optional.empty(),
                Traffic.NONE);
        return DeclaredDifferences.about(played, implementations).check(result);
    }

    private static AssertionError late() {
        return new ScenarioFailure("it was too late", null, Set.of());
    }

    @Test
    void whatFailsAsDeclaredIsADifferenceAndNoFailure() {
        Result result = check("proof", Implementations.of(DIFFERS), late());

        assertThat(result.ok()).isTrue();
        assertThat(result.difference()).map(Difference::why).contains("the next is late");
    }

    @Test
    void whatFailsForAnotherReasonStaysAFailure() {
        assertThat(check("proof", Implementations.of(DIFFERS), new AssertionError("another"))
                        .ok())
                .isFalse();
    }

    @Test
    void whatIsKeptThoughItIsDeclaredOtherwiseFails() {
        assertThat(check("proof", Implementations.of(DIFFERS), null).failure())
                .get()
                .asString()
                .contains("declares that it does not keep L1, and here it did");
    }

    @Test
    void brokenSafetyIsNeverADifference() {
        AssertionError failure = new ScenarioFailure("it was too late", null, Set.of(Rule.S2));

        assertThat(check("proof", Implementations.of(DIFFERS), failure).ok()).isFalse();
        assertThat(check("shown", Implementations.of(DIFFERS), failure).ok()).isFalse();
    }

    @Test
    void whatIsOnlyShownMayGoEitherWay() {
        assertThat(check("shown", Implementations.of(DIFFERS), null).difference())
                .isEmpty();
        assertThat(check("shown", Implementations.of(DIFFERS), null).ok()).isTrue();
        assertThat(check("shown", Implementations.of(DIFFERS), late()).difference())
                .isPresent();
    }

    @Test
    void aMixtureMayGoEitherWay() {
        Implementations mixed = Implementations.mixed(KEEPS, DIFFERS);

        assertThat(check("proof", mixed, null).ok()).isTrue();
        assertThat(check("proof", mixed, late()).ok()).isTrue();
    }

    @Test
    void whoDeclaresNothingIsHeldToTheRule() {
        assertThat(check("proof", Implementations.of(KEEPS), late()).ok()).isFalse();
        assertThat(check("other", Implementations.of(DIFFERS), late()).ok()).isFalse();
    }

    @Test
    void aDifferenceInSafetyOrWithoutAProofCannotBeDeclared() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Difference(Rule.S1, "two reign", "nowhere", Map.of("test.proof", "two")));
        assertThatIllegalArgumentException().isThrownBy(() -> new Difference(Rule.L1, "late", "nowhere", Map.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Difference(Rule.L1, "late", "nowhere", Map.of("test.proof", "")));
    }

    private record Declaring(String name, List<Difference> differences) implements Coordination {
        @Override
        public Master master(MasterId id, Settings settings, Listener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Client client(Settings settings, Listener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
