package dev.twinkeeper.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.Set;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A session is lost at a moment when this process can open no other: no descriptors are left, say. It is no scenario,
 * since it takes the sockets away from everybody in the process.
 */
@ExtendWith(SharedEnsemble.class)
class NoHandleTest {
    /** Longer than the pause between two attempts. */
    private static final Duration WHILE = Duration.ofMillis(1_500);

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aRoleThatCanOpenNoSessionJustNowOpensOneLater(String implementation, Ensemble ensemble) {
        Scenario scenario = new Scenario("test", "noHandle", Set.of(Rule.L5), false, NoHandleTest::run);

        Result result = ScenarioRunner.run(scenario, Implementations.of(Coordination.named(implementation)), ensemble);

        assertThat(result.failure()).isEmpty();
    }

    private static void run(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        client.cut();
        client.expire();

        System.setProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "of no such class");
        try {
            client.mend();
            context.throughout(
                    "it is not refused",
                    WHILE,
                    () -> client.events(Event.Refused.class).isEmpty());
        } finally {
            System.clearProperty(ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET);
        }

        context.submit(client, "hello");
        assertThat(client.events(Event.SessionExpired.class)).hasSize(1);
    }
}
