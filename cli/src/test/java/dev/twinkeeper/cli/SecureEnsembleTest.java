package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.lab.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ensemble --secure --tls}: who gets in, and who does not. */
@Timeout(180)
class SecureEnsembleTest {
    @TempDir
    private static Path temporary;

    private static Process ensemble;
    private static String servers;
    private static Path secrets;

    private final CapturedTerminal terminal = new CapturedTerminal();

    @BeforeAll
    static void start() throws Exception {
        Ports ports = Ports.reserve(1);
        int port = ports.get(0);
        ports.release();
        servers = "localhost:" + port;
        secrets = temporary.resolve("ensemble/secrets");
        ensemble = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "ensemble",
                        "--servers",
                        "1",
                        "--client-port",
                        "" + port,
                        "--dir",
                        "" + temporary.resolve("ensemble"),
                        "--secure",
                        "--tls",
                        "--log",
                        "" + temporary.resolve("log"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(ensemble.getInputStream(), StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>();
        for (String line = out.readLine(); line != null && !line.startsWith("ready"); line = out.readLine()) {
            lines.add(line);
        }
        assertThat(ensemble.isAlive()).as("%s", lines).isTrue();
    }

    @AfterAll
    static void end() {
        ensemble.descendants().forEach(ProcessHandle::destroyForcibly);
        ensemble.destroyForcibly();
    }

    private static String tls() {
        return secrets.resolve("client.properties").toString();
    }

    private static String own() {
        return secrets.resolve("auth").toString();
    }

    private int status(String... options) {
        List<String> all = new ArrayList<>(
                List.of("status", "--connect", servers, "--connect-timeout", "20s", "--session-timeout", "20s"));
        all.addAll(List.of(options));
        return terminal.run(all.toArray(String[]::new));
    }

    @Test
    void itsOwnCredentialsOverTlsAreTaken() {
        assertThat(status("--tls-config", tls(), "--auth-file", own()))
                .as("%s", terminal.err())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "curator"})
    void aRecipeOverTlsIsTaken(String side) {
        Security.Credentials credentials = SecurityOptions.credentials(Path.of(own()));
        Security security = Security.NONE
                .withClient(TlsConfig.read(Path.of(tls())))
                .withCredentials(credentials)
                .withAcl(List.of(credentials.grant()));
        Recipe.Place place =
                new Recipe.Place(servers, Duration.ofSeconds(20), "/lock-" + side).withAccess(Recipes.access(security));

        try (Lock lock = Recipes.named(side).lock(place)) {
            assertThat(lock.acquire(Lock.Mode.EXCLUSIVE, Duration.ofSeconds(60)))
                    .isPresent();
        }
    }

    @Test
    void theBenchOverTlsIsTaken() {
        List<String> options = List.of(
                "bench", "--json", "--tasks", "20", "--workers", "1", "--runs", "1", "--session-timeout", "20s");
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("--connect", servers, "--tls-config", tls(), "--auth-file", own(), "--acl", "creator"));

        assertThat(terminal.run(all.toArray(String[]::new)))
                .as("%s", terminal.err())
                .isZero();
        assertThat(terminal.out()).hasSize(4);
    }

    @Test
    void plaintextIsRefused() {
        assertThat(terminal.run("status", "--connect", servers, "--connect-timeout", "3s", "--auth-file", own()))
                .isEqualTo(ExitCode.CANNOT_CONNECT.code());
    }

    @Test
    void nobodyInParticularIsRefusedInOneLine() {
        assertThat(status("--tls-config", tls())).isEqualTo(ExitCode.FAILURE.code());
        assertThat(terminal.err()).singleElement().asString().contains("give some with --auth-file");
    }

    @Test
    void anotherIdentityWithTheSameCertificateMakesAndReadsNothing() throws Exception {
        Path other = Files.writeString(temporary.resolve("other"), "twinkeeper:wrong");
        Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("rw-------"));
        ZKClientConfig config = new ZKClientConfig();
        TlsConfig.read(Path.of(tls())).forEach(config::setProperty);
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, "20000");
        CountDownLatch connected = new CountDownLatch(1);
        // What is asked before that is lost with each attempt at an address where nobody listens.
        ZooKeeper stranger = new ZooKeeper(
                servers,
                20_000,
                event -> {
                    if (event.getState() == KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                config);
        try {
            stranger.addAuthInfo("digest", SecurityOptions.credentials(other).bytes());
            assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();

            assertThatThrownBy(
                            () -> stranger.create("/theirs", new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT))
                    .isInstanceOf(KeeperException.NoAuthException.class);
            assertThatThrownBy(() -> stranger.getChildren("/", false))
                    .isInstanceOf(KeeperException.NoAuthException.class);
            assertThatThrownBy(() -> stranger.setACL("/", Ids.OPEN_ACL_UNSAFE, -1))
                    .isInstanceOf(KeeperException.NoAuthException.class);
        } finally {
            stranger.close();
        }
    }

    @Test
    void whatIsSecretIsItsOwnersAndStandsInNoLogAndNoCommandLine() throws IOException {
        String secret = Files.readString(Path.of(own())).strip().split(":")[1];
        String password = Files.readString(secrets.resolve("password"));
        status("--tls-config", tls(), "--auth-file", own());

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rwx------");
        String told = Files.readString(temporary.resolve("log"))
                + Files.readString(temporary.resolve("ensemble/server.1/zookeeper.log"))
                + terminal.out()
                + terminal.err()
                + ensemble.toHandle().info().arguments().map(List::of).orElse(List.of())
                + ensemble.descendants()
                        .map(each -> List.of(each.info().arguments().orElse(new String[0])))
                        .toList()
                + Settings.connect(servers);
        assertThat(told).doesNotContain(secret, password);
    }
}
