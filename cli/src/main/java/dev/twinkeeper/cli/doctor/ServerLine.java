package dev.twinkeeper.cli.doctor;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of a {@code server.N} line: {@code host:peerPort:electionPort[:role][;[address:]clientPort]}. Of a server with
 * several addresses, {@code one|other}, the first is read.
 *
 * @param clientPort empty where the line names none
 */
record ServerLine(String host, int peerPort, int electionPort, boolean observer, OptionalInt clientPort) {
    private static final Pattern LINE = Pattern.compile("(\\[[0-9a-fA-F:.%]+]|[^:;|\\s]+):([0-9]{1,5}):([0-9]{1,5})"
            + "(?::(participant|observer|PARTICIPANT|OBSERVER))?(?:\\|[^;]*)?(?:;(?:.*:)?([0-9]{1,5}))?");

    private static final int LAST_PORT = 65_535;

    /** Empty where ZooKeeper would not read it. */
    static Optional<ServerLine> parse(String value) {
        Matcher matcher = LINE.matcher(value.strip());
        if (!matcher.matches() || !isPort(matcher.group(2)) || !isPort(matcher.group(3))) {
            return Optional.empty();
        }
        OptionalInt client =
                matcher.group(5) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(matcher.group(5)));
        return Optional.of(new ServerLine(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                "observer".equalsIgnoreCase(matcher.group(4)),
                client));
    }

    private static boolean isPort(String text) {
        int port = Integer.parseInt(text);
        return port > 0 && port <= LAST_PORT;
    }

    /** Whether both mean one server, where one of them may stand in that server's own file and listen everywhere. */
    boolean means(ServerLine other) {
        boolean sameHost = host.equals(other.host) || host.equals("0.0.0.0") || other.host.equals("0.0.0.0");
        return sameHost && peerPort == other.peerPort && electionPort == other.electionPort;
    }
}
