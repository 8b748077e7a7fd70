package dev.twinkeeper.cli.ensemble;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.scenarios.lab.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mistakes that people make in setting up an ensemble, each named with its file. */
class EnsembleDirectoryTest {
    @TempDir
    private Path temporary;

    private EnsemblePlan plan;

    @BeforeEach
    void plan() throws IOException {
        plan = new EnsemblePlan(temporary.resolve("ensemble"), 3, freePorts(), freePorts(), freePorts());
    }

    /** Three in a row that nobody listens on. */
    private static int freePorts() throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            Ports ports = Ports.reserve(3);
            ports.release();
            if (ports.get(2) == ports.get(0) + 2) {
                return ports.get(0);
            }
        }
        throw new IOException("no three ports in a row");
    }

    private static ServerSocket loopback(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }

    private void prepare() {
        new EnsembleDirectory(plan).prepare();
    }

    private EnsemblePlan.Server second() {
        return plan.servers().get(1);
    }

    @Test
    void eachServerHasItsConfigurationAndItsNumber() throws IOException {
        prepare();

        Properties config = new Properties();
        config.load(Files.newInputStream(second().config()));
        assertThat(config)
                .containsEntry("dataDir", second().data().toString())
                .containsEntry("clientPort", String.valueOf(plan.clientPort() + 1))
                .containsEntry("clientPortAddress", "127.0.0.1")
                .containsEntry("admin.enableServer", "false")
                .containsEntry("autopurge.purgeInterval", "1")
                .containsEntry("server.3", "localhost:" + (plan.peerPort() + 2) + ":" + (plan.electionPort() + 2))
                .containsKeys("tickTime", "initLimit", "syncLimit", "server.1", "server.2");
        assertThat(second().myid()).hasContent("2");
    }

    @Test
    void aServerAloneHasNoPeers() {
        plan = new EnsemblePlan(temporary.resolve("alone"), 1, plan.clientPort(), 2888, 3888);

        assertThat(ZooConfig.text(plan, plan.servers().get(0))).doesNotContain("server.1=");
    }

    @Test
    void aDirectoryWithOtherLettersIsReadBack() throws IOException {
        plan = new EnsemblePlan(
                temporary.resolve("ein Prüfstück"), 3, plan.clientPort(), plan.peerPort(), plan.electionPort());
        prepare();

        Properties config = new Properties();
        config.load(Files.newInputStream(second().config()));
        assertThat(config).containsEntry("dataDir", second().data().toString());
    }

    @Test
    void itIsUsedAgainAndItsDataStay() throws IOException {
        prepare();
        Path snapshot = Files.writeString(second().data().resolve("snapshot"), "data");

        prepare();

        assertThat(snapshot).hasContent("data");
    }

    @Test
    void aDirectoryOfSomethingElseIsLeftAlone() throws IOException {
        Files.createDirectories(plan.directory());
        Files.writeString(plan.directory().resolve("thesis.txt"), "years of work");

        assertThatThrownBy(this::prepare)
                .isInstanceOf(EnsembleException.class)
                .hasMessageContaining("belongs to something else");
        assertThat(plan.directory()).isDirectoryNotContaining("glob:**zoo.cfg");
    }

    @Test
    void anEnsembleOfAnotherSizeIsRefused() {
        prepare();
        plan = new EnsemblePlan(plan.directory(), 1, plan.clientPort(), plan.peerPort(), plan.electionPort());

        assertThatThrownBy(this::prepare).hasMessageContaining("'servers=3', not of 1");
    }

    @Test
    void aMissingMyidIsNamedWithWhatItShouldHold() throws IOException {
        prepare();
        Files.delete(second().myid());

        assertThat(unfit())
                .singleElement()
                .asString()
                .contains("myid '" + second().myid() + "': it is missing", "it must hold the number 2");
    }

    private List<String> unfit() {
        return new EnsembleDirectory(plan).prepare().unfit();
    }

    /** What ZooKeeper would not take for a 2, or take for another number. */
    @ParameterizedTest
    @ValueSource(strings = {"3\n", "2 \n", " 2", "\n2\n", "two", "\uFEFF2\n", "2.0", ""})
    void aWrongMyidIsNamedWithWhatItShouldHoldAndTheOthersGoOn(String text) throws IOException {
        prepare();
        Files.writeString(second().myid(), text);

        EnsembleDirectory.Prepared prepared = new EnsembleDirectory(plan).prepare();

        assertThat(prepared.unfit()).singleElement().asString().contains("it must hold the number 2");
        assertThat(prepared.fit()).extracting(EnsemblePlan.Server::number).containsExactly(1, 3);
    }

    @Test
    void twoOfThreeWithMistakesAreNoEnsemble() throws IOException {
        prepare();
        Files.writeString(second().myid(), "3\n");
        Files.writeString(plan.servers().get(2).myid(), "2\n");

        assertThatThrownBy(this::prepare).hasMessageContaining("it holds '3'; it must hold the number 2");
    }

    @Test
    void aTakenPortIsNamedWithItsPurpose() throws IOException {
        try (ServerSocket taken = loopback(plan.electionPort() + 1)) {
            assertThatThrownBy(this::prepare)
                    .hasMessageContaining("port '" + taken.getLocalPort() + "' (elections at server 2): taken");
        }
    }

    @Test
    void serversThatWereLeftRunningAreNamed() throws IOException {
        prepare();
        Files.writeString(second().pidFile(), ProcessHandle.current().pid() + "\n");

        assertThatThrownBy(this::prepare)
                .hasMessageContaining("still running from before: server.2; end them with: kill "
                        + ProcessHandle.current().pid());
    }

    @Test
    void aPidFileOfAProcessThatIsGoneIsNoObstacle() throws IOException {
        prepare();
        Files.writeString(second().pidFile(), "999999999\n");

        prepare();
    }
}
