package dev.twinkeeper.cli.doctor;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;

/**
 * One {@code zoo.cfg} as ZooKeeper reads it, and as it was written: the two differ where a backslash is in it.
 *
 * @param written the text behind the first {@code =} of each line, by key, in the order of the file
 * @param values as Java properties
 */
record ZooCfg(Path file, Map<String, String> written, Map<String, String> values) {
    /** Longer than any that a person wrote. */
    private static final long LONGEST = 1 << 20;

    /** @throws IOException with a message for a person */
    static ZooCfg read(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException("it is longer than " + LONGEST + " bytes");
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw new IOException("a \\u without four hexadecimal digits", e);
        }
        Map<String, String> values = new TreeMap<>();
        properties.forEach(
                (key, value) -> values.put(key.toString(), value.toString().strip()));
        Map<String, String> written = new LinkedHashMap<>();
        for (String line : text.lines().map(String::strip).toList()) {
            int equals = line.indexOf('=');
            if (equals > 0 && !line.startsWith("#") && !line.startsWith("!")) {
                written.put(
                        line.substring(0, equals).strip(),
                        line.substring(equals + 1).strip());
            }
        }
        for (String key : List.of("dataDir", "dataLogDir")) {
            if (values.getOrDefault(key, "").indexOf('\0') >= 0) {
                throw new IOException(key + " has a zero character, which no path has");
            }
        }
        return new ZooCfg(file, written, values);
    }

    Optional<String> value(String key) {
        return Optional.ofNullable(values.get(key)).filter(value -> !value.isEmpty());
    }

    /** Empty where it is missing or no number. */
    OptionalInt number(String key) {
        return value(key)
                .filter(value -> value.matches("-?[0-9]{1,9}"))
                .map(value -> OptionalInt.of(Integer.parseInt(value)))
                .orElse(OptionalInt.empty());
    }

    /** As ZooKeeper resolves it: against the directory in which the server is started, for which we take the file's. */
    Optional<Path> path(String key) {
        return value(key)
                .map(value -> file.toAbsolutePath().getParent().resolve(value).normalize());
    }

    Optional<Path> myid() {
        return path("dataDir").map(directory -> directory.resolve("myid"));
    }

    /** The number that stands in myid, where it is one. */
    Optional<Long> id() {
        try {
            return myid().isPresent() ? Myid.number(Files.readAllBytes(myid().get())) : Optional.empty();
        } catch (IOException missing) {
            return Optional.empty();
        }
    }

    /** The {@code server.N} lines as they stand, by N. */
    Map<String, String> serverLines() {
        Map<String, String> lines = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (key.startsWith("server.")) {
                lines.put(key.substring("server.".length()), value);
            }
        });
        return lines;
    }

    /** Those that can be read. */
    Map<Long, ServerLine> servers() {
        Map<Long, ServerLine> servers = new TreeMap<>();
        serverLines().forEach((number, value) -> {
            if (number.matches("[0-9]{1,9}")) {
                ServerLine.parse(value).ifPresent(line -> servers.put(Long.parseLong(number), line));
            }
        });
        return servers;
    }

    /** More than one server: ZooKeeper runs a lone one without peers. */
    boolean quorum() {
        return serverLines().size() > 1;
    }

    /** Where its clients find it, if that can be told. */
    Optional<Endpoint> clients() {
        Optional<ServerLine> own = id().map(servers()::get);
        OptionalInt port = number("clientPort").isPresent()
                ? number("clientPort")
                : own.map(ServerLine::clientPort).orElse(OptionalInt.empty());
        String host = value("clientPortAddress")
                .filter(address -> !address.equals("0.0.0.0") && !address.equals("::"))
                .or(() -> own.map(ServerLine::host).filter(each -> !each.equals("0.0.0.0")))
                .orElse("localhost");
        return port.isPresent() && port.getAsInt() > 0 && port.getAsInt() <= 65_535
                ? Optional.of(new Endpoint(host, port.getAsInt()))
                : Optional.empty();
    }

    /** A path of Windows: ZooKeeper reads the file as Java properties, for which a backslash is an escape. */
    List<String> backslashes() {
        return written.entrySet().stream()
                .filter(each -> each.getValue().replace("\\\\", "").contains("\\"))
                .filter(each -> !each.getValue().matches(".*\\\\u[0-9a-fA-F]{4}.*"))
                .map(Map.Entry::getKey)
                .toList();
    }
}
