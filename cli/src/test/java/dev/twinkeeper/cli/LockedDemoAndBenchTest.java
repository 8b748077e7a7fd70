package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.cli.demo.ConceptDemos;
import dev.twinkeeper.cli.demo.Demo;
import dev.twinkeeper.cli.demo.DemoContext;
import dev.twinkeeper.cli.demo.Demos;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.KeeperException.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Demos and the bench with credentials and a locked tree, and what they refuse. */
@ExtendWith(SharedEnsemble.class)
@Timeout(300)
class LockedDemoAndBenchTest {
    private static final Security.Credentials ANNA = Security.Credentials.parse("anna:a secret");
    private static final Security LOCKED = Security.NONE.withCredentials(ANNA).withAcl(List.of(ANNA.grant()));
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final CapturedTerminal terminal = new CapturedTerminal();

    @TempDir
    private Path temporary;

    private Path file(String name, String text) throws IOException {
        Path file = Files.writeString(temporary.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static void assertHidden(Ensemble ensemble, String path) {
        try (Operator stranger = new Operator(ensemble.connectString(), new Layout(""))) {
            Operator.Refusal refusal = catchThrowableOfType(Operator.Refusal.class, () -> stranger.children(path));
            assertThat(refusal).as("%s may be listed", path).isNotNull();
            assertThat(refusal.code()).isEqualTo(Code.NOAUTH);
        }
    }

    @ParameterizedTest
    @CsvSource({"raw, lock", "curator, queue"})
    void aRecipesDemoIsPlayedOnALockedPath(String side, String name, Ensemble ensemble) {
        played(Demos.of(name).orElseThrow(), side, "/locked-demo-" + name, ensemble);

        assertHidden(ensemble, "/locked-demo-" + name);
    }

    @Test
    void aConceptsDemoIsPlayedWithCredentials(Ensemble ensemble) {
        played(ConceptDemos.of("watch").orElseThrow(), "raw", "/locked-watch", ensemble);
    }

    private static void played(Demo demo, String side, String path, Ensemble ensemble) {
        DemoContext.DemoListener nobody = new DemoContext.DemoListener() {
            @Override
            public void heading(String title) {}

            @Override
            public void line(String time, String who, String text) {}
        };
        try (DemoContext context = new DemoContext(ensemble, Recipes.named(side), path, LOCKED, nobody)) {
            DemoCommand.run(demo, context, path, LONGEST);
        }
    }

    @Test
    void allThatTheBenchMakesIsLocked(Ensemble ensemble) throws IOException {
        String place = ensemble.connectString() + "/locked-bench";
        String auth = file("auth", "anna:a secret").toString();

        int code = terminal.run(
                "bench",
                "--tasks",
                "100",
                "--workers",
                "2",
                "--runs",
                "1",
                "--json",
                "--connect",
                place,
                "--auth-file",
                auth,
                "--acl",
                "creator");

        assertThat(terminal.err()).isEmpty();
        assertThat(code).isZero();
        assertThat(terminal.out()).hasSize(4);
        assertHidden(ensemble, "/locked-bench");
        try (Operator anna = new Operator(ensemble.connectString(), new Layout(""), LOCKED)) {
            List<String> runs = anna.children("/locked-bench");
            assertThat(runs).hasSizeGreaterThanOrEqualTo(4);
            runs.forEach(run -> assertHidden(ensemble, "/locked-bench/" + run));
            runs.forEach(run -> assertHidden(ensemble, "/locked-bench/" + run + "/tasks"));
        }
    }

    @ParameterizedTest
    @CsvSource({"'demo lock', the servers of a demo", "'bench --tasks 1', the bench's own servers"})
    void serversOfThisProcessSpeakNoTls(String command, String who) {
        assertThat(refused(command + " --tls-config tls")).contains("TLS configuration 'tls': " + who, "plain TCP");
    }

    @Test
    void anotherCheckoutIsMeasuredOnOpenServers() throws IOException {
        String auth = file("auth", "anna:a secret").toString();

        assertThat(refused("bench --tasks 1 --against . --auth-file " + auth))
                .contains("against '.'", "leave out --auth-file")
                .doesNotContain("a secret");
    }

    private String refused(String line) {
        assertThat(terminal.run(line.split(" "))).as("%s", terminal.err()).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err()).hasSize(1);
        return terminal.err().get(0);
    }
}
