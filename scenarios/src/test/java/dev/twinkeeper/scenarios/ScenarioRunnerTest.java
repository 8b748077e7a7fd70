package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What comes of a scenario that goes wrong, or whose roles do. */
@ExtendWith(SharedEnsemble.class)
class ScenarioRunnerTest {
    private static final Implementations RAW = Implementations.of(Coordination.named("raw"));

    private static Scenario scenario(Scenario.Body body) {
        return new Scenario("test", "somethingIsRun", Set.of(Rule.L2), false, body);
    }

    private static String failure(Result result) {
        return result.failure().orElseThrow().getMessage();
    }

    @Test
    void aResultHasMeasuresAndTraffic(Ensemble ensemble) {
        Result result = ScenarioRunner.run(
                scenario(context -> {
                    context.master("m1").awaitReady();
                    context.measure("failover, none", Duration.ofMillis(7));
                }),
                RAW,
                ensemble);

        assertThat(result.failure()).isEmpty();
        assertThat(result.measures()).containsEntry("failover, none", Duration.ofMillis(7));
        assertThat(result.traffic().requests("multi")).isPositive();
    }

    @Test
    void aFailureTellsTheStory(Ensemble ensemble) {
        Result result = ScenarioRunner.run(
                scenario(context -> {
                    context.master("m1").awaitReady().awaitEvent(Event.Elected.class, ScenarioContext.READY);
                    throw new AssertionError("as was to be shown");
                }),
                RAW,
                ensemble);

        assertThat(result.ok()).isFalse();
        assertThat(failure(result))
                .contains("Something is run [raw]")
                .contains("Failed: as was to be shown")
                .contains("m1 tells Elected")
                .contains("m1: create -e /master")
                .contains("--scenario 'test.somethingIsRun'");
    }

    @Test
    void aBrokenRuleIsFoundThoughTheScenarioIsContent(Ensemble ensemble) {
        Result result = ScenarioRunner.run(
                scenario(context -> context.master("rogue")), Implementations.of(new Rogue(false)), ensemble);

        assertThat(failure(result))
                .contains("Broken: S1 (one reign at a time)")
                .contains("rogue committed 'create /assign/w1")
                .contains("but there was no /master");
    }

    @Test
    void anEventAfterCloseIsFound(Ensemble ensemble) {
        Result result = ScenarioRunner.run(
                scenario(context -> context.master("rogue")), Implementations.of(new Rogue(true)), ensemble);

        assertThat(failure(result)).contains("Broken: R4 (close)").contains("after it was closed");
    }

    @Test
    void aScenarioThatFaultsItsEnsembleHasItForItself(Ensemble ensemble) {
        Scenario.Body body = context -> {
            assertThat(context.ensemble()).isNotSameAs(ensemble);
            context.ensemble().leader().kill();
        };
        Scenario faulting = new Scenario("test", "theLeaderIsKilled", Set.of(Rule.L5), true, body);

        Result result = ScenarioRunner.run(faulting, RAW, ensemble);

        assertThat(result.failure()).isEmpty();
    }

    /** Masters that assign without reigning, and talk after they were closed if they are to. */
    private record Rogue(boolean talksTooLong) implements Coordination {
        @Override
        public String name() {
            return "rogue";
        }

        @Override
        public Master master(MasterId id, Settings settings, Listener listener) {
            Operator operator = new Operator(
                    settings.connect().servers(), new Layout(settings.connect().chroot()));
            operator.createParents();
            if (!talksTooLong) {
                operator.create("/assign/w1", "");
                operator.create("/assign/w1/task-0000000000", "");
            }
            return new RogueMaster(operator, listener, talksTooLong);
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

    private record RogueMaster(Operator operator, Listener listener, boolean talksTooLong) implements Master {
        @Override
        public Leadership leadership() {
            return Leadership.UNKNOWN;
        }

        @Override
        public CompletionStage<Void> ready() {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void close() {
            operator.close();
            if (talksTooLong) {
                CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS)
                        .execute(() -> listener.on(new Event.Disconnected()));
            }
        }
    }
}
