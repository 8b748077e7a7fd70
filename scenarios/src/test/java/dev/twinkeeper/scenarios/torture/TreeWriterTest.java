package dev.twinkeeper.scenarios.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.Security;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TreeWriterTest {
    private static final Layout WHOLE = new Layout("");

    private static Ensemble ensemble;

    @BeforeAll
    static void start() {
        ensemble = Ensemble.start(1);
        try (Operator person = operator()) {
            for (String path : List.of("/master-epoch", "/workers", "/assign", "/tasks", "/assign/w1", "/tasks/t1")) {
                person.create(path, "");
            }
        }
    }

    @AfterAll
    static void end() {
        ensemble.close();
    }

    private static Operator operator() {
        return new Operator(ensemble.connectString(), WHOLE);
    }

    private static TreeWriter writer() throws NotInjected {
        return new TreeWriter(ensemble.connectString(), Security.NONE, session -> {});
    }

    private static KeeperException.Code refusal(Runnable command) {
        Operator.Refusal[] refusal = new Operator.Refusal[1];
        assertThatThrownBy(command::run).isInstanceOfSatisfying(Operator.Refusal.class, caught -> refusal[0] = caught);
        return refusal[0].code();
    }

    @Test
    void whatIsTakenFromTheRolesIsTheRightToWriteAndTheyGetItBack() throws NotInjected {
        Map<String, List<ACL>> before = new LinkedHashMap<>();
        try (TreeWriter writer = writer();
                Operator role = operator()) {
            writer.restrict(before);

            // Nobody reigns: /master is not there.
            assertThat(before).containsOnlyKeys("/", "/master-epoch", "/workers", "/assign", "/tasks", "/assign/w1");
            assertThat(role.get("/tasks")).isEmpty();
            for (String path : List.of("/master", "/workers/w1", "/assign/w1/t1", "/tasks/t2")) {
                assertThat(refusal(() -> role.create(path, ""))).isEqualTo(KeeperException.Code.NOAUTH);
            }

            writer.restore(before);
            role.create("/workers/w1", "");
            assertThat(role.exists("/workers/w1")).isTrue();
        }
    }

    /** The operator's session may end meanwhile. */
    @Test
    void whatWasTakenIsGivenBackInAnotherSession() throws NotInjected {
        Map<String, List<ACL>> before = new LinkedHashMap<>();
        TreeWriter first = writer();
        first.restrict(before);
        first.close();

        assertThat(first.isAlive()).isFalse();
        try (TreeWriter second = writer();
                Operator role = operator()) {
            second.restore(before);
            role.create("/tasks/t3", "");
        }
    }
}
