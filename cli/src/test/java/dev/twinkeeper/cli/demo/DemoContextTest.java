package dev.twinkeeper.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a demo works with, without a recipe. */
@ExtendWith(SharedEnsemble.class)
class DemoContextTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final List<String> told = new CopyOnWriteArrayList<>();

    private DemoContext context(Ensemble ensemble, String path) {
        return new DemoContext(ensemble, Recipes.named("raw"), path, new DemoContext.DemoListener() {
            @Override
            public void heading(String title) {
                told.add("# " + title);
            }

            @Override
            public void line(String time, String who, String text) {
                told.add(time.replaceAll("\\d", "0") + "|" + who + "|" + text);
            }
        });
    }

    @Test
    void theTreeShowsWhoseAnEphemeralIs(Ensemble ensemble) throws Exception {
        try (DemoContext context = context(ensemble, "/whose")) {
            context.operator().create("/whose", "");
            context.operator().createEphemeral("/whose/a", "");
            String servers = context.place("anna").servers();
            ZooKeeper anna = new ZooKeeper(servers, (int) DemoContext.SESSION_TIMEOUT.toMillis(), event -> {});
            context.until("anna is there", SOON, () -> anna.getState().isConnected());
            anna.create("/whose/b", "hello".getBytes(), Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            String protectedName = "/whose/_c_0123abcd-0123-4567-89ab-0123456789ab-lock-";
            anna.create(protectedName, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL_SEQUENTIAL);
            anna.create("/whose/c", new byte[] {1, 2}, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);

            context.heading("What is there");
            context.tree();
            context.expire("anna");

            context.until("hers is gone", SOON, () -> !context.operator().exists("/whose/b"));
            assertThat(told)
                    .containsExactly(
                            "# What is there",
                            "   0.00 s|zkCli|ls -R /whose",
                            "||/whose",
                            "||%-35s  ephemeral of the operator".formatted("/whose/a"),
                            "||%-35s  ephemeral of anna, 'hello'".formatted("/whose/b"),
                            "||%-35s  2 bytes".formatted("/whose/c"),
                            "||%-35s  ephemeral of anna".formatted("/whose/_c_0123abcd…-lock-0000000002"),
                            "   0.00 s|ensemble|ends the session of anna, and removes its ephemerals");
            anna.close();
        }
        try (Operator operator = new Operator(ensemble.connectString(), new Layout(""))) {
            operator.deleteAll("/whose");
        }
    }

    @Test
    void whoIsCutOffIsMendedAtTheEndAndNothingIsToldAfterIt(Ensemble ensemble) throws Exception {
        DemoContext context = context(ensemble, "/cut");
        String servers = context.place("anna").servers();
        ZooKeeper anna = new ZooKeeper(servers, (int) DemoContext.SESSION_TIMEOUT.toMillis(), event -> {});
        context.until("anna is there", SOON, () -> anna.getState().isConnected());

        context.cut("anna");
        context.until("anna is off", SOON, () -> !anna.getState().isConnected());
        context.close();
        context.tell("anna", "is still there");
        context.heading("Once more");

        assertThat(told).containsExactly("   0.00 s|anna|is cut off from the ensemble");
        anna.close(0);
    }

    @Test
    void whatDoesNotComeIsNamed(Ensemble ensemble) {
        try (DemoContext context = context(ensemble, "/waits")) {
            assertThatThrownBy(() -> context.until("the moon rises", Duration.ofMillis(50), () -> false))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("not within 50 ms: the moon rises");
        }
    }
}
