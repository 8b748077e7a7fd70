package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.contract.Security;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;

/** The credentials of a run with {@code --secure}: in a file that only its owner may read, and in no argument. */
final class RunSecret {
    private static final int BYTES = 24;

    private RunSecret() {}

    /** Makes credentials, and writes them. */
    static void write(Path file) throws IOException {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file, "torture:" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + "\n");
    }

    /** Who speaks for the run, and locks what it makes. */
    static Security read(Path file) throws IOException {
        Security.Credentials own =
                Security.Credentials.parse(Files.readString(file).stripTrailing());
        return Security.NONE.withCredentials(own).withAcl(List.of(own.grant()));
    }
}
