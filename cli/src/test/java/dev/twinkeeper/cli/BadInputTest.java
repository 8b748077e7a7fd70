package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What makes no sense is answered with one clear line, where help is, and exit code 2. */
class BadInputTest {
    private static final String CLIENT = "submit --impl fake --connect localhost ";
    private static final String WORKER = "worker --impl fake --connect localhost ";

    static Stream<Arguments> nonsense() {
        return Stream.of(
                bad("submt", "command 'submt': use one of submit, "),
                bad("--frobnicate", "Unknown option: '--frobnicate'"),
                bad("status", "Missing required option: '--connect=HOSTS[/CHROOT]'"),
                bad("status --connect localhost:port", "the port of 'localhost:port' must be a number"),
                bad("status --connect localhost:99999", "must be a number from 1 to 65535"),
                bad("status --connect ,", "'' is no host:port"),
                bad("status --connect /app", "it names no server"),
                bad("status --connect localhost/zookeeper", "/zookeeper belongs to the servers"),
                bad("status --connect localhost/a//b", "it must not be empty"),
                bad("status --connect localhost --task nonsense", "a task's name ends in a sequence of ten digits"),
                bad(
                        "status --connect localhost --session-timeout 6",
                        "duration '6': write it with its unit, as 500ms, 6s, 2m"),
                bad("status --connect localhost --session-timeout 1ms", "session timeout '1ms': must be from 100ms"),
                bad(CLIENT + "--timeout soon ls", "duration 'soon'"),
                bad(CLIENT + "--count 0 ls", "count '0': must be from 1 to"),
                bad(CLIENT + "--count many ls", "'many' is not an int"),
                bad(CLIENT, "Missing required parameter: 'COMMAND'"),
                bad("submit --impl zab --connect localhost ls", "implementation 'zab': use one of"),
                bad(WORKER, "Missing required option: '--id=ID'"),
                bad(WORKER + "--id a/b", "worker id 'a/b': character U+002F is not allowed"),
                bad(WORKER + "--id a\u0007b", "worker id 'a?b': character U+0007 is not allowed"),
                bad(WORKER + "--id ..", "worker id '..': it means a directory"),
                bad(WORKER + "--id w --address a/b", "address 'a/b': character U+002F is not allowed"),
                bad("status --connect h1:2181/app,h2:2181/app", "the chroot stands once, behind the last server"),
                bad("zkcli --server zk://localhost", "write it without 'zk://'"),
                bad("bench --connect h1:2181/app,h2:2181/app", "the chroot stands once, behind the last server"),
                bad("bench --mode fast", "mode 'fast': use one of closed, window, open, backlog, growth"),
                bad("bench --impl zab", "implementation 'zab': use one of fake, raw, curator"),
                bad("bench --impl ceiling --mode masters", "implementation 'ceiling': there is nothing to measure"),
                bad("bench --workers 1001", "workers '1001': must be from 1 to 1000"),
                bad("bench --tasks 0", "tasks '0': must be from 1 to 1000000"),
                bad("bench --connect localhost --servers 3", "leave out --servers, --processes"),
                bad("bench --against /no/such", "checkout '/no/such': no built Twinkeeper is there"),
                bad("bench --report /no/such/page.html", "report '/no/such/page.html': name a file in a directory"),
                bad(WORKER + "--id w --slots 0", "slots '0': must be from 1 to 1000"),
                bad("master --impl fake --connect localhost --id m --retention 0s", "retention '0ms': must be from 1s"),
                bad(
                        "master --impl fake --connect localhost --id m --lost-workers 0",
                        "lost workers '0': must be from 1 to 1000"),
                bad("ensemble --servers 0", "servers '0': must be from 1 to 9"),
                bad("ensemble --client-port 65535", "client port '65535': must be from 1 to 65533"),
                bad("ensemble --client-port 2887", "ports '2887 and 2888': they overlap"),
                bad("compare --scenario nosuchscenario", "scenario 'nosuchscenario': none of the"),
                bad("compare --scenario (", "scenario '(': no regular expression"),
                bad("compare --impl zab", "implementation 'zab': use "),
                bad("torture --impl zab", "implementation 'zab': use one of raw, curator, mixed"),
                bad("torture --servers 4", "servers '4': must be 3 or 5"),
                bad("doctor --connect localhost:port", "the port of 'localhost:port' must be a number"),
                bad("doctor --dir /no/such/directory", "directory '/no/such/directory': it can't be read"),
                bad("doctor --timeout 0ms", "timeout '0ms': must be from 1ms to 1m"),
                bad(
                        "master --impl raw --connect localhost --id m --metrics-port 99999",
                        "metrics port '99999': must be from 0"),
                bad("zkcli --server localhost:port", "the port of 'localhost:port' must be a number"),
                bad("demo", "Missing required parameter: 'NAME'"),
                bad(
                        "recipe lok",
                        "demo 'lok': use one of lock, znodes, watch, quorum, queue, session, election, barrier"),
                bad("demo lock --impl zab", "implementation 'zab': use one of raw, curator"),
                bad("ensemble --log /no/such/directory/log", "cannot be written"));
    }

    private static Arguments bad(String line, String complaint) {
        return Arguments.of(line, complaint);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("nonsense")
    void isRefusedInOneLine(String line, String complaint) {
        CapturedTerminal terminal = new CapturedTerminal();

        int code = terminal.run(line.strip().split(" +"));

        assertThat(code).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err().get(0)).startsWith("twinkeeper: ").contains(complaint);
        assertThat(terminal.err()).hasSizeLessThanOrEqualTo(2);
        assertThat(terminal.out()).isEmpty();
    }

    @Test
    void aPayloadOverTheLimitIsRefusedBeforeAnythingIsSent() {
        CapturedTerminal terminal = new CapturedTerminal();

        int code = terminal.run("submit", "--impl", "fake", "--connect", "nowhere", "x".repeat(1_000_001));

        assertThat(code).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err()).containsExactly("twinkeeper: payload of 1000001 bytes: the limit is 1000000");
    }

    @Test
    void anUnexpectedExceptionIsOneLineAndNoTrace() {
        CapturedTerminal terminal = new CapturedTerminal();

        int code = terminal.run("master", "--impl", "fake", "--connect", "localhost", "--id", "m");

        assertThat(code).isEqualTo(ExitCode.FAILURE.code());
        assertThat(terminal.err()).singleElement().asString().contains("unexpected", "a mistake of two lines", ".log");
    }

    @Test
    void aRefusedWorkerEndsWithItsReason() {
        CapturedTerminal terminal = new CapturedTerminal();

        int code = terminal.run("worker", "--impl", "fake", "--connect", "localhost", "--id", "w");

        assertThat(code).isEqualTo(ExitCode.FAILURE.code());
        assertThat(terminal.err()).containsExactly("twinkeeper: worker id 'w': another live worker has it");
    }

    @Test
    void everyCommandHelpsAndListsTheExitCodes() {
        for (String command :
                List.of("compare", "demo", "doctor", "ensemble", "master", "worker", "submit", "status")) {
            CapturedTerminal terminal = new CapturedTerminal();

            int code = terminal.run(command, "--help");

            assertThat(code).isZero();
            assertThat(terminal.out()).anyMatch(line -> line.contains("unknown when the time was up"));
            assertThat(terminal.err()).isEmpty();
        }
    }

    @Test
    void theVersionNamesWhatItIsBuiltOn() {
        CapturedTerminal terminal = new CapturedTerminal();

        assertThat(terminal.run("--version")).isZero();
        assertThat(terminal.out()).singleElement().asString().matches("twinkeeper \\d.*ZooKeeper 3\\.9.*Curator 5.*");
    }
}
