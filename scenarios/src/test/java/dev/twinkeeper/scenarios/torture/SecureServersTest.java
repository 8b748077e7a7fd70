package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.lab.HeldConnection;
import dev.twinkeeper.scenarios.lab.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that enforce authentication: a session is ended only by who may end it. */
@Timeout(180)
class SecureServersTest {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);

    private static final int MOST_CONNECTIONS = 12;

    @TempDir
    private static Path directory;

    private static Servers servers;
    private static Path secret;

    @BeforeAll
    static void start() throws IOException {
        secret = directory.resolve("secrets").resolve("auth");
        RunSecret.write(secret);
        servers = new Servers(directory.resolve("servers"), 1, true);
        servers.start();
    }

    @AfterAll
    static void end() {
        servers.close();
    }

    private static <T> T result(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(START.toSeconds(), TimeUnit.SECONDS);
    }

    /** S4: before the next session's barrier counts, the one that was given up has to be over. */
    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aSessionThatWasGivenUpIsEndedWithCredentials(String side) throws Exception {
        List<Event> events = new CopyOnWriteArrayList<>();
        try (Wire wire = new Wire(List.of(servers.node(1).address()), session -> {})) {
            Settings settings = Settings.connect(wire.connectString())
                    .withSessionTimeout(SESSION_TIMEOUT)
                    .withConnectTimeout(START)
                    .withSecurity(RunSecret.read(secret));
            try (Client client = Coordination.named(side).client(settings, events::add)) {
                result(client.ready());
                var hold = wire.holdBack(request -> request.does("create", "/tasks/"));
                CompletionStage<TaskId> submit = client.submit(Payload.of("once"));
                HeldConnection held = result(hold);
                await().atMost(START).until(() -> events.stream().anyMatch(Event.SessionExpired.class::isInstance));
                assertThat(held.isOpen()).as("the servers have the session").isTrue();

                long before = wire.traffic().connections();
                wire.mend();

                assertThat(result(submit).name()).isNotEmpty();
                // Its own, one to end the session, one to hear that it is over; and some for a busy machine.
                assertThat(wire.traffic().connections() - before).isLessThan(MOST_CONNECTIONS);
                held.release();
            }
        }
    }
}
