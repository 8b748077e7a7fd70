package dev.twinkeeper.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NameWaitTest {
    private static final int TIMEOUT_MS = 2_000;
    private static final Duration OUTAGE = Duration.ofSeconds(20);

    private Duration now = Duration.ZERO;
    private final NameWait wait = new NameWait(new WorkerId("w1"), () -> now.toNanos());

    private Duration begin() {
        return wait.begin(7, 0, new byte[0], TIMEOUT_MS).atMost();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void theNameIsInUseWhenTheTimeThatWasToldIsUp() {
        Duration atMost = begin();
        while (now.compareTo(atMost) < 0) {
            pass(wait.restOrRefusal());
        }

        assertThat(now).isEqualTo(atMost);
        assertThatThrownBy(wait::restOrRefusal).isInstanceOf(CoordinationException.class);
    }

    /** The look waited for the connection; that there is another one is told a moment after the answer. */
    @Test
    void anAnswerThatComesBeforeTheNewsOfItsConnectionRefusesNobody() {
        Duration atMost = begin();
        pass(wait.restOrRefusal());
        pass(OUTAGE);

        assertThat(wait.restOrRefusal()).isPositive();
        pass(OUTAGE);
        assertThat(wait.restOrRefusal()).isPositive();

        wait.restart();
        assertThat(wait.rest()).isEqualTo(atMost);
    }
}
