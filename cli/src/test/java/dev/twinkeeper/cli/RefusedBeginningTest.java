package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException.Code;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers that refuse a role from the beginning: one line that says what to do, and the exit code. */
@Timeout(60)
class RefusedBeginningTest {
    static Stream<Arguments> commands() {
        return Stream.of("raw", "curator")
                .flatMap(impl -> Stream.of(
                                "master --impl " + impl + " --id m1",
                                "worker --impl " + impl + " --id w1",
                                "submit --impl " + impl)
                        .map(Arguments::of));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void serversThatAreTooOld(String command) throws Exception {
        assertThat(refused(command, Code.UNIMPLEMENTED))
                .contains("older than 3.6")
                .contains("upgrade it");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void serversThatDemandAuthentication(String command) throws Exception {
        assertThat(refused(command, Code.SESSIONCLOSEDREQUIRESASLAUTH))
                .contains("the servers demand authentication")
                .contains("give credentials");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void anAclThatForbidsIt(String command) throws Exception {
        assertThat(refused(command, Code.NOAUTH)).contains("its ACL").contains("credentials");
    }

    /** The last line on standard error. */
    private static String refused(String command, Code code) throws Exception {
        CapturedTerminal terminal = new CapturedTerminal();
        try (OldServer server = new OldServer(code.intValue())) {
            List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
            arguments.addAll(List.of("--connect", server.connectString(), "--connect-timeout", "2s"));
            arguments.addAll(command.startsWith("submit") ? List.of("ls") : List.of());
            long begun = System.nanoTime();

            assertThat(terminal.run(arguments.toArray(String[]::new))).isEqualTo(ExitCode.FAILURE.code());

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(20));
        }
        List<String> lines = terminal.err();
        assertThat(lines).as("%s", lines).isNotEmpty();
        return lines.get(lines.size() - 1);
    }
}
