package dev.twinkeeper.cli;

import dev.twinkeeper.contract.CoordinationException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The file of {@code --tls-config}: ZooKeeper's own client properties, as {@code zkCli.sh -client-configuration} takes
 * them. Files in it are found beside it, and passwords stand in files of their own.
 */
final class TlsConfig {
    /** A client speaks TLS with this, and with Netty's socket only. */
    private static final Map<String, String> ALWAYS = Map.of(
            "zookeeper.client.secure", "true",
            "zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");

    private static final String PREFIX = "zookeeper.ssl.";
    /** Longer than any that a person wrote. */
    private static final long LONGEST = 1 << 20;

    private static final String FIPS = "zookeeper.fips-mode";

    private TlsConfig() {}

    /** @throws CoordinationException {@code INVALID} naming the property and what is wrong with it */
    static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try {
            if (Files.size(file) > LONGEST) {
                throw invalid(file, "it is longer than " + LONGEST + " bytes");
            }
            properties.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            throw invalid(file, "it can't be read (" + e.getClass().getSimpleName() + ")");
        }
        Map<String, String> client = new TreeMap<>(ALWAYS);
        for (String name : properties.stringPropertyNames()) {
            client.put(name, value(file, name, properties.getProperty(name).strip()));
        }
        if (!client.containsKey(PREFIX + "trustStore.location")) {
            throw invalid(file, PREFIX + "trustStore.location is missing: whom are we to trust?");
        }
        return client;
    }

    private static String value(Path file, String name, String value) {
        if (ALWAYS.containsKey(name)) {
            if (!ALWAYS.get(name).equals(value)) {
                throw invalid(file, name + " must be " + ALWAYS.get(name) + ", or left out");
            }
            return value;
        }
        if (!name.startsWith(PREFIX) && !name.equals(FIPS)) {
            throw invalid(file, "'" + name + "' is none of " + PREFIX + "… and " + FIPS);
        }
        if (name.endsWith(".password")) {
            throw invalid(file, "write the password into a file of its own and name that as " + name + "Path");
        }
        return name.endsWith(".location") || name.endsWith(".passwordPath") ? existing(file, name, value) : value;
    }

    private static String existing(Path file, String name, String value) {
        Path named = named(file, name, value);
        if (!Files.isReadable(named)) {
            throw invalid(file, name + " names '" + named + "', which can't be read");
        }
        if (!Files.isRegularFile(named)) {
            throw invalid(file, name + " names '" + named + "', which is no file");
        }
        if (name.endsWith(".passwordPath")) {
            SecurityOptions.checkPrivate("password file", named);
        }
        return named.toString();
    }

    private static Path named(Path file, String name, String value) {
        try {
            return file.toAbsolutePath().resolveSibling(value).normalize();
        } catch (InvalidPathException e) {
            throw invalid(file, name + " names no file: " + e.getReason());
        }
    }

    private static CoordinationException invalid(Path file, String advice) {
        return CoordinationException.invalid("TLS configuration", file.toString(), advice);
    }
}
