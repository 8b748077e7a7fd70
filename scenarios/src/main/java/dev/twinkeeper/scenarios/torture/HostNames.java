package dev.twinkeeper.scenarios.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Security;
import java.util.List;

/**
 * What one process can resolve: a hosts file of its own, which its JVM asks in place of the system, each time anew. Roles
 * connect to their wires by name, so that the name can be taken away.
 */
final class HostNames {
    private static final String HOST = "servers.torture";

    private static final String ADDRESS = "127.0.0.1";

    private final Path file;

    HostNames(Path file) {
        this.file = file;
        restore();
    }

    /** The options of the JVM. */
    List<String> properties() {
        return List.of("-Djdk.net.hosts.file=" + file);
    }

    /** For the process itself, before it looks anything up: it would remember for ten seconds what was not found. */
    static void forgetAtOnce() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    /** The connect string with names in place of the loopback address. */
    String named(String connectString) {
        return connectString.replace(ADDRESS + ":", HOST + ":");
    }

    /** Nothing is resolved any more. */
    void remove() {
        write("");
    }

    void restore() {
        write(ADDRESS + " " + HOST + "\n");
    }

    private void write(String content) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, content);
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
