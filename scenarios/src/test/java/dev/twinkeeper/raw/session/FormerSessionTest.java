package dev.twinkeeper.raw.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.SilentSession;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S4: how the raw side ends a session that its client gave up; here the servers have it for a minute more. */
@ExtendWith(SharedEnsemble.class)
class FormerSessionTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Loop loop = new Loop("test");
    private SilentSession former;
    private Connections connections;

    @BeforeEach
    void connect(Ensemble ensemble) throws Exception {
        former = new SilentSession(ensemble);
        connections = new Connections(ensemble.connectString(), SilentSession.TIMEOUT);
    }

    @AfterEach
    void close() {
        loop.close();
        former.close();
    }

    @Test
    void aFormerSessionIsOverWhenThatIsTold() {
        assertThat(former.isAlive()).isTrue();

        endIt();

        assertThat(former.isAlive()).isFalse();
    }

    @Test
    void theEndOfASessionThatIsOverIsTold() {
        former.expire();

        endIt();

        assertThat(former.isAlive()).isFalse();
    }

    private void endIt() {
        var over = new CompletableFuture<Boolean>();
        var handle = former.handle();
        var ending = new FormerSession(
                connections, loop, handle.getSessionId(), handle.getSessionPasswd(), () -> over.complete(true));
        loop.post(ending::begin);
        BoundedWait.result("the former session is over", over, BOUND);
    }
}
