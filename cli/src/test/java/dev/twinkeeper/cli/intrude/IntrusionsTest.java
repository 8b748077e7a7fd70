package dev.twinkeeper.cli.intrude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Coordination;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No stranger gets in: ten operations, six kinds of znode, three strangers, two implementations. */
@Timeout(180)
class IntrusionsTest {
    @Test
    void noneOfThemPasses() throws Exception {
        Intrusions intrusions = Intrusions.tryAll(List.of(Coordination.named("raw"), Coordination.named("curator")));

        assertThat(intrusions.passed())
                .as(String.join("\n", intrusions.lines()))
                .isZero();
        assertThat(intrusions.tries()).isEqualTo(10 * 6 * 3 * 2);
    }
}
