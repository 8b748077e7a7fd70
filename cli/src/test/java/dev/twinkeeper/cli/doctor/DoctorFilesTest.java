package dev.twinkeeper.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.cli.ensemble.EnsembleDirectory;
import dev.twinkeeper.cli.ensemble.EnsemblePlan;
import dev.twinkeeper.cli.ensemble.ProcessEnsemble;
import dev.twinkeeper.scenarios.lab.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An ensemble that runs and is well, and one mistake at a time in a copy of its files: each is named, and nothing else. */
class DoctorFilesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    private static Path running;

    private static ProcessEnsemble ensemble;
    private static EnsemblePlan plan;

    @TempDir
    private Path copies;

    @BeforeAll
    static void start() throws Exception {
        int first = consecutive(9);
        plan = new EnsemblePlan(running.resolve("ensemble"), 3, first, first + 3, first + 6);
        new EnsembleDirectory(plan).prepare();
        ensemble = ProcessEnsemble.start(plan, plan.servers(), (server, exitCode, alive, reason) -> {});
        ensemble.awaitServing();
    }

    private static int consecutive(int count) throws IOException {
        for (int attempt = 0; attempt < 50; attempt++) {
            Ports ports = Ports.reserve(count);
            int first = ports.get(0);
            ports.release();
            if (IntStream.range(0, count).allMatch(i -> ports.get(i) == first + i)) {
                return first;
            }
        }
        throw new IOException("no " + count + " ports in a row are free");
    }

    @AfterAll
    static void end() {
        ensemble.close();
    }

    @BeforeEach
    void copy() throws IOException {
        for (int member = 1; member <= 3; member++) {
            Path data = copies.resolve("data" + member);
            Files.createDirectories(data);
            Files.writeString(data.resolve("myid"), member + "\n");
            EnsemblePlan.Server server = plan.servers().get(member - 1);
            Files.writeString(
                    file(member),
                    Files.readString(server.config()).replace("dataDir=" + server.data(), "dataDir=" + data));
        }
    }

    private Path file(int member) {
        return copies.resolve("zoo" + member + ".cfg");
    }

    private Path myid(int member) {
        return copies.resolve("data" + member).resolve("myid");
    }

    private List<Finding> findings(List<Path> cleaned) {
        Doctor doctor = new Doctor(
                Optional.empty(),
                List.of(file(1), file(2), file(3)),
                cleaned,
                Optional.of(Clock.systemUTC()),
                InetAddress::getAllByName,
                PATIENCE);
        return doctor.look().findings();
    }

    private List<Finding> findings() {
        return findings(List.of());
    }

    private void replace(int member, String what, String by) throws IOException {
        String text = Files.readString(file(member));
        assertThat(text).contains(what);
        Files.writeString(file(member), text.replace(what, by));
    }

    private void add(int member, String line) throws IOException {
        Files.writeString(file(member), Files.readString(file(member)) + line + "\n");
    }

    private void named(Finding.Kind kind, String where, String... words) {
        List<Finding> found = findings();
        assertThat(found).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.where()).contains(where);
            assertThat(finding.line()).contains(words).doesNotContain("\n");
        });
    }

    @Test
    void aGoodEnsembleGivesNone() {
        assertThat(findings()).isEmpty();
    }

    static Stream<Arguments> wrongLines() {
        return Stream.of(
                Arguments.of("initLimit=", "initLimitt=", Finding.Kind.CONFIG, "write 'initLimit'"),
                Arguments.of("syncLimit=5", "syncLimit=five", Finding.Kind.CONFIG, "syncLimit 'five' is no number"),
                Arguments.of("tickTime=1000", "tickTime=3000", Finding.Kind.CONFIG, "tickTime is"),
                Arguments.of("server.2=", "server2=", Finding.Kind.SERVER_LINE, "write 'server.2'"),
                Arguments.of("server.2=localhost:", "server.2=localhost;", Finding.Kind.SERVER_LINE, "can't be read"),
                Arguments.of("server.2=localhost:", "server.2=other:", Finding.Kind.SERVER_LINE, "server.2 is"),
                Arguments.of("maxClientCnxns=1000", "maxClientCnxns=1", Finding.Kind.LIMIT, "write maxClientCnxns=60"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrongLines")
    void aWrongLineIsNamedWithItsFile(String right, String wrong, Finding.Kind kind, String words) throws IOException {
        replace(3, right, wrong);

        assertThat(findings()).anySatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.where()).isEqualTo(file(3).toString());
            assertThat(finding.line()).contains(words);
        });
        assertThat(findings()).allSatisfy(finding -> assertThat(finding.line()).contains(file(3).toString()));
    }

    @Test
    void aPathOfWindowsIsShownAsItIsRead() throws IOException {
        replace(2, "dataDir=" + copies.resolve("data2"), "dataDir=C:\\zookeeper\\data");

        assertThat(findings())
                .filteredOn(finding -> finding.kind() == Finding.Kind.CONFIG)
                .singleElement()
                .satisfies(finding -> assertThat(finding.line())
                        .contains(
                                file(2).toString(), "is read as 'C:zookeeperdata'", "write dataDir=C:/zookeeper/data"));
    }

    @Test
    void aMissingKeyIsNamed() throws IOException {
        replace(1, "syncLimit=5", "");
        named(Finding.Kind.CONFIG, file(1).toString(), "syncLimit is missing", "write syncLimit=5");
    }

    @Test
    void oneHostAndPortForTwoServersIsNamed() throws IOException {
        EnsemblePlan.Server second = plan.servers().get(1);
        EnsemblePlan.Server third = plan.servers().get(2);
        for (int member = 1; member <= 3; member++) {
            replace(member, "server.3=localhost:" + third.peerPort(), "server.3=localhost:" + second.peerPort());
        }
        assertThat(findings())
                .hasSize(3)
                .allSatisfy(finding -> assertThat(finding.line())
                        .contains("server.2 and server.3 have one host and one port", "ports of its own"));
    }

    @Test
    void aDataDirThatIsMissingIsNamed() throws IOException {
        Files.delete(myid(2));
        Files.delete(copies.resolve("data2"));
        named(Finding.Kind.DATA_DIR, copies.resolve("data2").toString(), "it is missing", "mkdir -p");
    }

    @Test
    void aDataDirThatIsAFileIsNamed() throws IOException {
        Path file = Files.writeString(copies.resolve("file"), "");
        replace(2, "dataDir=" + copies.resolve("data2"), "dataDir=" + file);
        named(Finding.Kind.DATA_DIR, file.toString(), "it is a file", "name a directory");
    }

    @Test
    void aDataDirThatNobodyCanWriteToIsNamed() throws IOException {
        // Root may write everywhere, but not there.
        Path proc = Path.of("/proc/self/fd");
        org.junit.jupiter.api.Assumptions.assumeTrue(Files.isDirectory(proc));
        replace(2, "dataDir=" + copies.resolve("data2"), "dataDir=/proc/self/fd");
        assertThat(findings())
                .filteredOn(finding -> finding.kind() == Finding.Kind.DATA_DIR)
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.line()).contains("/proc/self/fd", "nothing can be written", "chown"));
    }

    @Test
    void aDataDirThatIsCleanedIsNamed() {
        assertThat(findings(List.of(copies.resolve("data3"))))
                .singleElement()
                .satisfies(finding -> assertThat(finding.line())
                        .contains(file(3).toString(), "is cleaned now and then", "/var/lib/zookeeper"));
    }

    @Test
    void oneDataDirForTwoServersIsNamed() throws IOException {
        replace(2, "dataDir=" + copies.resolve("data2"), "dataDir=" + copies.resolve("data1"));
        assertThat(findings())
                .filteredOn(finding -> finding.kind() == Finding.Kind.DATA_DIR)
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.line()).contains(file(2).toString(), "is the one of " + file(1) + " too"));
    }

    @Test
    void aMissingMyidIsNamed() throws IOException {
        Files.delete(myid(1));
        named(Finding.Kind.MYID, myid(1).toString(), "it is missing", "one of 1, 2, 3");
    }

    @Test
    void aMyidThatNoLineHasIsNamed() throws IOException {
        Files.writeString(myid(1), "7\n");
        named(Finding.Kind.MYID, myid(1).toString(), "it holds 7", "lines for 1, 2, 3 only");
    }

    static Stream<Arguments> invisible() {
        return Stream.of(
                Arguments.of("\uFEFF2\n", "a byte order mark (U+FEFF) at place 1"),
                Arguments.of("2 \n", "a space at place 2"),
                Arguments.of("\t2", "a tab at place 1"),
                Arguments.of("2\u00A0\n", "a no-break space (U+00A0) at place 2"),
                Arguments.of("2\u200B", "a zero-width space (U+200B) at place 2"),
                Arguments.of("2\0", "a zero byte at place 2"),
                Arguments.of("two", "'two' is no plain number"),
                Arguments.of("", "'' is no plain number"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("invisible")
    void everyInvisibleByteOfAMyidIsNamed(String content, String words) throws IOException {
        Files.write(myid(2), content.getBytes(StandardCharsets.UTF_8));
        named(Finding.Kind.MYID, myid(2).toString(), words, "echo N > " + myid(2));
    }

    @Test
    void aMyidThatEndsAsOnWindowsIsGood() throws IOException {
        Files.writeString(myid(2), "2\r\n");
        assertThat(findings()).isEmpty();
    }

    @Test
    void twoServersWithOneIdAreNamed() throws IOException {
        Files.writeString(myid(3), "2\n");
        assertThat(findings())
                .filteredOn(finding -> finding.kind() == Finding.Kind.MYID)
                .singleElement()
                .satisfies(finding -> assertThat(finding.line())
                        .contains(myid(3).toString(), "it holds 2, as " + myid(2), "nobody has [3]"));
    }

    @Test
    void aBufferThatNobodyReadsIsNamed() throws IOException {
        add(1, "jute.maxbuffer=4194304");
        named(Finding.Kind.LIMIT, file(1).toString(), "changes nothing", "-Djute.maxbuffer=4194304");
    }

    @Test
    void anElectionPortWhereNobodyListensIsNamed() throws IOException {
        EnsemblePlan.Server third = plan.servers().get(2);
        int closed = consecutive(1);
        for (int member = 1; member <= 3; member++) {
            replace(member, third.peerPort() + ":" + third.electionPort(), third.peerPort() + ":" + closed);
        }
        named(Finding.Kind.PORT, "server 3", "Cannot open channel to 3", "localhost:" + closed);
    }

    @Test
    void anElectionPortThatAnotherProgramTookIsNamed() throws IOException {
        int closed = consecutive(1);
        replace(3, "clientPort=" + plan.servers().get(2).clientPort(), "clientPort=" + closed);
        assertThat(findings())
                .anySatisfy(finding -> assertThat(finding.line())
                        .contains("server 3", "does not run, but somebody listens at its election port"));
    }

    @Test
    void anAddressOfAnotherMachineIsNamed() throws IOException {
        replace(1, "server.1=localhost:", "server.1=192.0.2.1:");
        Doctor doctor = new Doctor(
                Optional.empty(), List.of(file(1)), List.of(), Optional.empty(), InetAddress::getAllByName, PATIENCE);
        assertThat(doctor.look().findings()).anySatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(Finding.Kind.ADDRESS);
            assertThat(finding.line()).contains("192.0.2.1", "no address of this machine", "write 0.0.0.0");
        });
    }

    @Test
    void aFileThatIsNotThereOrNotReadableIsNamed() {
        Doctor doctor = new Doctor(
                Optional.empty(),
                List.of(copies.resolve("nowhere.cfg"), copies),
                List.of(),
                Optional.empty(),
                InetAddress::getAllByName,
                PATIENCE);
        assertThat(doctor.look().findings())
                .extracting(Finding::line)
                .satisfiesExactly(
                        first -> assertThat(first).contains("nowhere.cfg: there is no such file"),
                        second -> assertThat(second).contains("it is a directory"));
    }
}
