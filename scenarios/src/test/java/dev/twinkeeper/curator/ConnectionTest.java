package dev.twinkeeper.curator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.SilentSession;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S4: how the Curator side ends a session that its client gave up; here the servers have it for a minute more. */
@ExtendWith(SharedEnsemble.class)
class ConnectionTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private SilentSession former;
    private Connection connection;

    @BeforeEach
    void connect(Ensemble ensemble) throws Exception {
        former = new SilentSession(ensemble);
        connection = Connection.open(Settings.connect(ensemble.connectString() + "/unused"));
        connection.framework().start();
    }

    @AfterEach
    void close() {
        connection.client().close();
        former.close();
    }

    @Test
    void aFormerSessionIsOverWhenItsEndReturns() {
        assertThat(former.isAlive()).isTrue();

        endIt();

        assertThat(former.isAlive()).isFalse();
    }

    @Test
    void theEndOfASessionThatIsOverReturns() {
        former.expire();

        endIt();

        assertThat(former.isAlive()).isFalse();
    }

    private void endIt() {
        var ended = BoundedWait.async("the end", () -> {
            connection.end(former.handle());
            return true;
        });
        BoundedWait.result("the former session is over", ended, BOUND);
    }
}
