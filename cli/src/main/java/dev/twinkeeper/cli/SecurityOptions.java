package dev.twinkeeper.cli;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Security;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import picocli.CommandLine.Option;

/**
 * {@code --auth-file}, {@code --acl} and {@code --tls-config}. A secret comes from a file or from the environment and never
 * from an argument: everybody on a machine may read the arguments of its processes.
 */
final class SecurityOptions {
    /** Credentials, {@code user:password}, where there is no file. */
    static final String VARIABLE = "TWINKEEPER_AUTH";

    private static final int LONGEST_FILE = 10_000;

    @Option(
            names = "--auth-file",
            paramLabel = "FILE",
            description = "Who we are: a file with one line, user:password, that only its owner may read (mode 0600)."
                    + " Default: the environment's " + VARIABLE + ", else nobody.")
    private Path authFile;

    @Option(
            names = "--acl",
            paramLabel = "WHO",
            defaultValue = "open",
            description =
                    "Who may use the znodes that we make: open (everybody), creator (our credentials), or identities"
                            + " as digest:user:HASH with commas. With operator=, master=, worker= or client= before it"
                            + " an identity may do what that role needs, and else everything."
                            + " Default: ${DEFAULT-VALUE}.")
    private String acl;

    @Option(
            names = "--tls-config",
            paramLabel = "FILE",
            description =
                    "Speaks TLS with these key and trust stores: ZooKeeper's client properties, passwords in files of"
                            + " their own; 'ensemble --tls' writes one.")
    private Path tlsConfig;

    /** @throws CoordinationException {@code INVALID} naming the file and what is wrong with it */
    Security security() {
        Security security = Security.NONE;
        String variable = System.getenv(VARIABLE);
        if (authFile != null) {
            security = security.withCredentials(credentials(authFile));
        } else if (variable != null && !variable.isEmpty()) {
            security = security.withCredentials(Security.Credentials.parse(variable));
        }
        if (tlsConfig != null) {
            security = security.withClient(TlsConfig.read(tlsConfig));
        }
        return security.withAcl(Security.Grant.parse(acl, security.credentials()));
    }

    /**
     * Where there is nobody to speak TLS with.
     *
     * @param servers who, for the error
     * @throws CoordinationException {@code INVALID} as {@link #security}, and where there is a TLS configuration
     */
    Security plainTcp(String servers) {
        if (tlsConfig != null) {
            throw CoordinationException.invalid(
                    "TLS configuration",
                    tlsConfig.toString(),
                    servers + " run in this process and speak plain TCP: leave out --tls-config");
        }
        return security();
    }

    /** @throws CoordinationException {@code INVALID} naming the file, and nothing that is in it */
    static Security.Credentials credentials(Path file) {
        checkPrivate("auth file", file);
        try {
            if (Files.size(file) > LONGEST_FILE) {
                throw CoordinationException.invalid("auth file", file.toString(), "write one line, user:password");
            }
            return Security.Credentials.parse(
                    Files.readString(file, StandardCharsets.UTF_8).stripTrailing());
        } catch (IOException e) {
            throw CoordinationException.invalid("auth file", file.toString(), "it can't be read (" + name(e) + ")");
        }
    }

    /** A secret that others may read is none. */
    static void checkPrivate(String what, Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            permissions.removeAll(Set.of(
                    PosixFilePermission.OWNER_READ,
                    PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE));
            if (!permissions.isEmpty()) {
                throw CoordinationException.invalid(
                        what, file.toString(), "others may use it; run: chmod 600 '" + file + "'");
            }
        } catch (UnsupportedOperationException noModes) {
            // A file system without them.
        } catch (IOException e) {
            throw CoordinationException.invalid(what, file.toString(), "it can't be read (" + name(e) + ")");
        }
    }

    static String name(IOException e) {
        return e.getClass().getSimpleName();
    }
}
