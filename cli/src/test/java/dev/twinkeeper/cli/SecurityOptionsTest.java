package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Credentials and TLS on the command line: what is wrong is named, and no secret is printed. */
class SecurityOptionsTest {
    private static final String CANARY = "canary-3f9c";

    @TempDir
    private Path temporary;

    private final CapturedTerminal terminal = new CapturedTerminal();

    private Path file(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(temporary.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    /** Refused before anything connects: the host {@code nowhere} has another exit code. */
    private String refused(String... options) {
        String[] all = new String[5 + options.length];
        System.arraycopy(new String[] {"status", "--connect", "nowhere", "--connect-timeout", "100ms"}, 0, all, 0, 5);
        System.arraycopy(options, 0, all, 5, options.length);

        assertThat(terminal.run(all)).as("%s", terminal.err()).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err()).singleElement().asString().doesNotContain(CANARY);
        return terminal.err().get(0);
    }

    @Test
    void aFileThatOthersMayReadIsRefusedWithTheMend() throws IOException {
        Path open = file("auth", "me:" + CANARY, "rw-r--r--");

        assertThat(refused("--auth-file", open.toString()))
                .contains("auth file '" + open + "': others may use it; run: chmod 600");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThat(refused("--auth-file", temporary.resolve("no").toString())).contains("can't be read (NoSuchFile");
    }

    @ParameterizedTest
    @CsvSource({"''", "canary-3f9c", ":canary-3f9c", "me:", "'me:canary-3f9c\nmore'"})
    void aFileOfAnotherFormIsRefusedWithoutAWordOfIt(String text) throws IOException {
        assertThat(refused("--auth-file", file("auth", text, "rw-------").toString()))
                .contains("credentials: write user:password");
    }

    @Test
    void creatorNeedsCredentialsAndOtherWordsAreNoIdentity() {
        assertThat(refused("--acl", "creator")).contains("no credentials to grant to");
    }

    /** All that can be wrong with roles is in GrantTest. */
    @ParameterizedTest
    @CsvSource({
        "'operator=ME,mastr=ME', role 'mastr': use one of operator",
        "'operator=ME,master=ME', our own credentials are none of these",
        "'client=open,operator=ME', 'acl ''master'': nobody has this role'"
    })
    void rolesThatMakeNoSenseAreNamed(String acl, String complaint) {
        String me = "digest:me:4oVgMC46Hy/lVDBe8BoYzeyVVjI=";

        assertThat(refused("--acl", acl.replace("ME", me))).contains(complaint);
    }

    @ParameterizedTest
    @CsvSource({"demo lock --impl raw, a demo", "bench --runs 1, a bench"})
    void whatHasNoRolesRefusesThemBeforeItBegins(String command, String what) {
        String all = "operator=open,master=open,worker=open,client=open";

        assertThat(terminal.run((command + " --acl " + all).split(" ", -1))).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err())
                .singleElement()
                .asString()
                .contains("for " + what + ", name identities without roles");
        assertThat(terminal.out()).isEmpty();
    }

    @Test
    void otherWordsAreNoIdentity() {
        assertThat(refused("--acl", "digest:me:" + "secret")).contains("write open, creator, or identities");
    }

    @ParameterizedTest
    @CsvSource({
        "zookeeper.ssl.keyStore.password=canary-3f9c, write the password into a file of its own",
        "zookeeper.ssl.trustStore.location=no.p12, which can't be read",
        "zookeeper.sasl.client=true, is none of zookeeper.ssl.",
        "zookeeper.client.secure=false, must be true",
        "'', trustStore.location is missing"
    })
    void aTlsConfigurationThatMakesNoSenseIsNamed(String line, String complaint) throws IOException {
        assertThat(refused("--tls-config", file("tls", line, "rw-------").toString()))
                .contains("TLS configuration '" + temporary.resolve("tls") + "'", complaint);
    }

    @Test
    void aPasswordFileThatOthersMayReadIsRefused() throws IOException {
        file("trust.p12", "", "rw-------");
        file("password", CANARY, "rw-rw----");
        Path tls = file(
                "tls",
                "zookeeper.ssl.trustStore.location=trust.p12\nzookeeper.ssl.trustStore.passwordPath=password\n",
                "rw-------");

        assertThat(refused("--tls-config", tls.toString())).contains("password file", "others may use it");
    }
}
