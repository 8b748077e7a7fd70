package dev.twinkeeper.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.cli.doctor.FakeServer.Manner;
import dev.twinkeeper.cli.doctor.Finding.Kind;
import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Ports;
import dev.twinkeeper.scenarios.lab.Server;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the servers themselves tell of their trouble, or show by not telling. */
class DoctorServersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final ServersCheck.Resolver RESOLVER = InetAddress::getAllByName;

    private static Doctor.Report look(String connect, Optional<Clock> clock, ServersCheck.Resolver resolver) {
        return new Doctor(Optional.of(ConnectString.parse(connect)), List.of(), List.of(), clock, resolver, PATIENCE)
                .look();
    }

    private static List<Finding> findings(String connect) {
        return look(connect, Optional.empty(), RESOLVER).findings();
    }

    private static void only(String connect, Kind kind, String... words) {
        assertThat(findings(connect)).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.line()).contains(words);
        });
    }

    private static String closedPort() throws Exception {
        Ports ports = Ports.reserve(1);
        ports.release();
        return Ports.HOST + ":" + ports.get(0);
    }

    @Test
    void aClosedPortIsNamed() throws Exception {
        String closed = closedPort();
        only(closed, Kind.PORT, closed, "nobody listens there");
        assertThat(look(closed, Optional.empty(), RESOLVER).reached()).isFalse();
    }

    @Test
    void anotherProgramIsNamed() {
        try (FakeServer web = new FakeServer(Manner.SPEAKS_HTTP, "HTTP/1.1 400 Bad Request\r\n")) {
            only(web.address(), Kind.PORT, "another program answers there");
        }
    }

    @Test
    void aServerThatHangsIsNamed() {
        try (FakeServer hangs = new FakeServer(Manner.SAYS_NOTHING, "")) {
            only(hangs.address(), Kind.PORT, "answers nothing within 2000 ms");
        }
    }

    @Test
    void aServerThatTakesNoMoreOfUsIsNamed() {
        try (FakeServer full = new FakeServer(Manner.ENDS_AT_ONCE, "")) {
            only(full.address(), Kind.LIMIT, "ends every connection", "maxClientCnxns");
        }
    }

    @Test
    void aServerThatStopsInTheMiddleIsNamed() {
        try (FakeServer stops = new FakeServer(Manner.STOPS, "Mode: standalone\n")) {
            only(stops.address() + "/app", Kind.QUORUM, "stopped answering while it was asked");
        }
    }

    @Test
    void anUnknownHostIsNamed() {
        only("no-such-host.invalid:2181", Kind.ADDRESS, "no address is known of the host", "/etc/hosts");
    }

    @Test
    void serversThatKeepSilentToWordsAreAskedByASession() {
        try (FakeServer mute =
                new FakeServer(Manner.SERVES, "srvr is not executed because it is not in the whitelist.")) {
            only(mute.address(), Kind.WORDS, mute.address(), "4lw.commands.whitelist=srvr");
            assertThat(look(mute.address(), Optional.empty(), RESOLVER).summary())
                    .isEqualTo("1 of 1 servers serve; who leads is not known");
        }
    }

    @Test
    void versionsThatDifferAreNamed() {
        try (FakeServer one = FakeServer.ofVersion("3.9.4", "follower");
                FakeServer other = FakeServer.ofVersion("3.9.5", "leader")) {
            only(one.address() + "," + other.address(), Kind.VERSION, "versions differ", "3.9.4 at " + one.address());
        }
    }

    @Test
    void aVersionThatIsTooOldIsNamed() {
        try (FakeServer old = FakeServer.ofVersion("3.4.14", "standalone")) {
            only(old.address(), Kind.VERSION, "version 3.4.14 is too old", "3.9.3 or newer");
        }
    }

    @Test
    void aVersionThatMayBringDeletedZnodesBackIsNamed() {
        try (FakeServer one = FakeServer.ofVersion("3.9.2", "follower");
                FakeServer other = FakeServer.ofVersion("3.9.2", "leader")) {
            String connect = one.address() + "," + other.address();
            only(connect, Kind.VERSION, "version 3.9.2", "ZOOKEEPER-4712", "3.9.3 or newer");
        }
    }

    @Test
    void serversThatRunAloneAreNamed() {
        try (FakeServer one = FakeServer.ofVersion("3.9.5", "standalone");
                FakeServer other = FakeServer.ofVersion("3.9.5", "standalone")) {
            assertThat(findings(one.address() + "," + other.address()))
                    .hasSize(2)
                    .allSatisfy(finding -> assertThat(finding.line()).contains("it runs alone", "server lines"));
        }
    }

    @Test
    void twoLeadersAreNamed() {
        try (FakeServer one = FakeServer.ofVersion("3.9.5", "leader");
                FakeServer other = FakeServer.ofVersion("3.9.5", "leader")) {
            only(one.address() + "," + other.address(), Kind.QUORUM, "two lead", "two ensembles");
        }
    }

    @Test
    void aNameWithTwoAddressesOfWhichOneRefusesIsNamed() {
        try (FakeServer good = FakeServer.ofVersion("3.9.5", "standalone")) {
            ServersCheck.Resolver both =
                    host -> new InetAddress[] {InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.1")};
            String localhost = good.address().replace("127.0.0.1", "localhost");

            assertThat(look(localhost, Optional.empty(), both).findings())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.line())
                            .contains("'localhost' has 2 addresses", "127.0.0.2", "in place of the name: 127.0.0.1"));
        }
    }

    /** With the zoo.cfg of one of three, the addresses of the others' clients are not known. */
    @Test
    void aLoneServerOfThreeIsToldToStartOthers() {
        try (FakeServer waits =
                new FakeServer(Manner.WAITS, "This ZooKeeper instance is not currently serving requests\n")) {
            ServersCheck check = new ServersCheck(RESOLVER, Duration.ofSeconds(2));
            check.look(Endpoint.list(waits.address()), 3);
            assertThat(check.findings())
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.line())
                            .contains("1 of 3 servers run, 2 are needed; start 1 more of those in the server lines"));
        }
    }

    @Test
    void anEnsembleThatIsWellLosesServersOneAfterTheOther() {
        try (Ensemble ensemble = Ensemble.startWithWays(3)) {
            Doctor.Report good = look(ensemble.connectString(), Optional.of(Clock.systemUTC()), RESOLVER);
            assertThat(good.findings()).isEmpty();
            assertThat(good.summary())
                    .isEqualTo("3 of 3 servers serve; " + ensemble.leader().address() + " leads");

            assertThat(look(ensemble.followersConnectString(), Optional.empty(), RESOLVER)
                            .summary())
                    .isEqualTo("2 of 2 servers serve; none of them leads");
            theClockOfALeaderIsCompared(ensemble);
            only(ensemble.connectString() + "/app", Kind.CHROOT, "chroot /app: there is no such znode", "zkcli create");
            aServerThatLagsIsNamed(ensemble);

            Server lost = ensemble.followers().get(0);
            lost.kill();
            ensemble.awaitReady();
            only(ensemble.connectString(), Kind.PORT, lost.address(), "nobody listens there");

            ensemble.loseQuorum();
            assertThat(look(ensemble.connectString(), Optional.empty(), RESOLVER)
                            .summary())
                    .isEqualTo("0 of 3 servers serve; who leads is not known");
            assertThat(findings(ensemble.connectString())).anySatisfy(finding -> {
                assertThat(finding.kind()).isEqualTo(Kind.QUORUM);
                assertThat(finding.line())
                        .contains("no quorum: 1 of 3 servers run, 2 are needed", "start 1 more", lost.address());
            });
        }
    }

    private static void theClockOfALeaderIsCompared(Ensemble ensemble) {
        Clock early = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(-90));
        assertThat(look(ensemble.connectString(), Optional.of(early), RESOLVER).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.line()).contains("90.0 s ahead of this machine's", "chrony"));
    }

    private static void aServerThatLagsIsNamed(Ensemble ensemble) {
        Server behind = ensemble.followers().get(0);
        ensemble.fallBehind(behind);
        try (Operator operator = new Operator(ensemble.leader().address(), new Layout(""))) {
            operator.create("/written", "behind its back");
        }
        // It notices after four seconds: before that it has to be asked.
        Doctor doctor = new Doctor(
                Optional.of(ConnectString.parse(ensemble.connectString())),
                List.of(),
                List.of(),
                Optional.empty(),
                RESOLVER,
                Duration.ofMillis(500));
        assertThat(doctor.look().findings()).anySatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.LAG);
            assertThat(finding.line()).contains(behind.address(), "begins no session");
        });
        ensemble.catchUp(behind);
        BoundedWait.until(
                "it has caught up",
                Duration.ofSeconds(30),
                () -> findings(ensemble.connectString()).isEmpty());
    }
}
