package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code status} on trees where not everything is for everybody. */
@Timeout(60)
class StatusTest {
    private static final List<ACL> HIDDEN = new ArrayList<>(List.of(new ACL(Perms.DELETE, Ids.ANYONE_ID_UNSAFE)));

    private static Ensemble ensemble;
    private static ZooKeeper hand;

    private final CapturedTerminal terminal = new CapturedTerminal();

    @BeforeAll
    static void start() throws Exception {
        ensemble = Ensemble.start(1);
        hand = new ZooKeeper(ensemble.connectString(), 10_000, event -> {});
    }

    @AfterAll
    static void end() throws InterruptedException {
        hand.close();
        ensemble.close();
    }

    private static void create(String path, String data, List<ACL> acl, CreateMode mode) throws Exception {
        hand.create(path, data.getBytes(StandardCharsets.UTF_8), acl, mode);
    }

    private static void tree(String root) throws Exception {
        for (String path : List.of("", "/workers", "/assign", "/tasks")) {
            create(root + path, "", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
    }

    private int status(String root, String... options) {
        List<String> all = new ArrayList<>(List.of("status", "--connect", ensemble.connectString() + root));
        all.addAll(List.of(options));
        return terminal.run(all.toArray(String[]::new));
    }

    @Test
    void whatIsUnreadableIsListedAndTheRestIsShown() throws Exception {
        tree("/some");
        create("/some/master", "m1 here", HIDDEN, CreateMode.EPHEMERAL);
        create("/some/workers/w1", "here slots=3", Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        create("/some/workers/w2", "hidden", HIDDEN, CreateMode.EPHEMERAL);
        create("/some/assign/w2", "", HIDDEN, CreateMode.PERSISTENT);
        create("/some/tasks/task-0000000000", "ls", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        create("/some/tasks/task-0000000001", "ls", HIDDEN, CreateMode.PERSISTENT);

        assertThat(status("/some")).as("%s", terminal.err()).isZero();

        assertThat(terminal.out())
                .anyMatch(line -> line.matches("master +somebody whose line we may not read.*"))
                .anyMatch(line -> line.matches(" +w1  0 of 3 slots taken  here"))
                .anyMatch(line -> line.matches(" +w2 .*\\(unreadable\\)"))
                .anyMatch(line -> line.matches("tasks +1 pending, 0 assigned, 0 completed"))
                .anyMatch(line -> line.startsWith("unreadable 4 znodes"))
                .anyMatch(line -> line.strip().equals("/some/tasks/task-0000000001"));
    }

    @Test
    void aHiddenParentIsAFailureAndTheRestIsShown() throws Exception {
        tree("/most");
        create("/most/workers/w1", "here slots=3", Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
        hand.setACL("/most/tasks", HIDDEN, -1);

        assertThat(status("/most")).isEqualTo(ExitCode.FAILURE.code());

        assertThat(terminal.out()).anyMatch(line -> line.contains("w1  0 of 3 slots"));
        assertThat(terminal.err()).singleElement().asString().contains("not allowed to read /most/tasks");
    }

    @Test
    void aHiddenStatusIsUnknownAndOtherTasksAreTold() throws Exception {
        tree("/tasks");
        create("/tasks/tasks/task-0000000000", "ls", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        create("/tasks/tasks/task-0000000000/status", "done\nx", HIDDEN, CreateMode.PERSISTENT);
        create("/tasks/tasks/task-0000000001", "ls", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);

        assertThat(status("/tasks", "--task", "task-0000000000", "--task", "task-0000000001"))
                .isEqualTo(ExitCode.UNKNOWN.code());

        assertThat(terminal.out())
                .containsExactly(
                        "/tasks/tasks/task-0000000000  unknown  it has a status, and we are not allowed to read it",
                        "/tasks/tasks/task-0000000001  pending");
    }

    /** As a person has it in a terminal, and through a pipe. */
    private static Process watching(String root) throws IOException {
        List<String> arguments = List.of("status", "--watch", "--connect", ensemble.connectString() + root);
        return JavaCommand.of(List.of("-XX:TieredStopAtLevel=1"), Main.class.getName(), arguments)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void awaitLine(BufferedReader in, String part) throws IOException {
        String line;
        do {
            line = in.readLine();
            assertThat(line).as("the output before '%s'", part).isNotNull();
        } while (!line.contains(part));
    }

    @Test
    void whatChangesIsShownAgainUntilItIsToldToEnd() throws Exception {
        tree("/watched");
        Process watching = watching("/watched");
        try (BufferedReader in = watching.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(in, "0 pending, 0 assigned");
            create("/watched/tasks/task-0000000000", "ls", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            awaitLine(in, "1 pending, 0 assigned");
            create("/watched/workers/w1", "here slots=3", Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL);
            awaitLine(in, "w1  0 of 3 slots taken");

            watching.destroy();
            assertThat(watching.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(watching.exitValue()).isEqualTo(ExitCode.GOOD.code());
        } finally {
            watching.destroyForcibly();
        }
    }

    @Test
    void itEndsWhenNobodyReadsItAnyMore() throws Exception {
        tree("/unread");
        Process watching = watching("/unread");
        try {
            BufferedReader in = watching.inputReader(StandardCharsets.UTF_8);
            awaitLine(in, "0 pending, 0 assigned");
            in.close();
            create("/unread/tasks/task-0000000000", "ls", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            assertThat(watching.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(watching.exitValue()).isEqualTo(ExitCode.NOT_WRITTEN.code());
        } finally {
            watching.destroyForcibly();
        }
    }

    @Test
    void aWatchOfTasksAndOneWithoutServersAreRefused() {
        assertThat(status("/watched", "--watch", "--task", "task-0000000000")).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err()).singleElement().asString().contains("leave --task out");

        CapturedTerminal nobody = new CapturedTerminal();
        assertThat(nobody.run("status", "--watch", "--connect", "localhost:1", "--connect-timeout", "1s"))
                .isEqualTo(ExitCode.CANNOT_CONNECT.code());
        assertThat(nobody.err()).singleElement().asString().contains("none answered within 1s");
    }

    @Test
    void serversThatAreTooOldAreNamedWithTheirRelease() throws Exception {
        try (OldServer old = new OldServer()) {
            int code = terminal.run("status", "--connect", old.connectString());

            assertThat(code).isEqualTo(ExitCode.FAILURE.code());
            assertThat(terminal.err())
                    .singleElement()
                    .asString()
                    .contains(old.connectString() + " (3.5.10): at least one is older than 3.6");
        }
    }
}
