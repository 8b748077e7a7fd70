package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.contract.CoordinationException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where the servers of an ensemble live and listen: one directory each, and consecutive ports on the loopback address.
 *
 * @param directory the directory of the whole ensemble
 * @param size how many servers, 1 to 9
 * @param clientPort where clients find the first server
 * @param peerPort where followers join the first server when it leads
 * @param electionPort where the first server takes part in elections
 * @param doors who gets in, and from where
 */
public record EnsemblePlan(Path directory, int size, int clientPort, int peerPort, int electionPort, Doors doors) {
    /** Where followers join the leader, and where servers elect it, unless somebody says otherwise: as in the book. */
    public static final int PEER_PORT = 2888;

    public static final int ELECTION_PORT = 3888;

    /** Nine bear the loss of four; more is no use on one machine. */
    private static final int MOST = 9;

    private static final int LAST_PORT = 65_535;

    /**
     * Who gets in, and from where.
     *
     * @param bind the address on which clients are taken; servers find each other on the loopback address
     * @param secure whether clients without credentials are turned away
     * @param tls whether clients and servers speak TLS, and nothing else
     */
    public record Doors(InetAddress bind, boolean secure, boolean tls) {
        /** Everybody on this machine. */
        public static final Doors OPEN = new Doors(InetAddress.getLoopbackAddress(), false, false);
    }

    /** One server: its number and its ports. */
    public record Server(int number, Path directory, int clientPort, int peerPort, int electionPort) {
        public Path config() {
            return directory.resolve("zoo.cfg");
        }

        public Path data() {
            return directory.resolve("data");
        }

        public Path myid() {
            return data().resolve("myid");
        }

        public Path pidFile() {
            return directory.resolve("zookeeper.pid");
        }

        public Path log() {
            return directory.resolve("zookeeper.log");
        }

        /** What the process prints itself: nothing, unless the JVM can't start. */
        public Path console() {
            return directory.resolve("zookeeper.out");
        }
    }

    /** An ensemble for everybody on this machine. */
    public EnsemblePlan(Path directory, int size, int clientPort, int peerPort, int electionPort) {
        this(directory, size, clientPort, peerPort, electionPort, Doors.OPEN);
    }

    /** @throws CoordinationException {@code INVALID} where it makes no sense */
    public EnsemblePlan {
        directory = directory.toAbsolutePath().normalize();
        if (size < 1 || size > MOST) {
            throw CoordinationException.invalid("servers", String.valueOf(size), "must be from 1 to " + MOST);
        }
        range("client port", clientPort, size);
        range("peer port", peerPort, size);
        range("election port", electionPort, size);
        apart(clientPort, peerPort, size);
        apart(clientPort, electionPort, size);
        apart(peerPort, electionPort, size);
    }

    public List<Server> servers() {
        return IntStream.range(0, size)
                .mapToObj(i -> new Server(
                        i + 1, directory.resolve("server." + (i + 1)), clientPort + i, peerPort + i, electionPort + i))
                .toList();
    }

    /** One server alone runs without peers: ZooKeeper calls it standalone. */
    public boolean standalone() {
        return size == 1;
    }

    /** How many servers may be lost before nothing goes on. */
    public int spare() {
        return (size - 1) / 2;
    }

    /** What clients connect to; from another machine, with this one's name in place of {@code localhost}. */
    public String connectString() {
        return servers().stream()
                .map(server -> host() + ":" + server.clientPort())
                .collect(Collectors.joining(","));
    }

    private String host() {
        InetAddress bind = doors.bind();
        if (bind.isLoopbackAddress() || bind.isAnyLocalAddress()) {
            return "localhost";
        }
        return bind.getHostAddress().contains(":") ? "[" + bind.getHostAddress() + "]" : bind.getHostAddress();
    }

    /** Where this machine reaches a server. */
    InetSocketAddress reach(Server server) {
        InetAddress address = doors.bind().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : doors.bind();
        return new InetSocketAddress(address, server.clientPort());
    }

    /** Keys, certificates and passwords, where there are any: for the owner alone. */
    public Path secrets() {
        return directory.resolve("secrets");
    }

    /** What {@code --auth-file} takes. */
    public Path authFile() {
        return secrets().resolve("auth");
    }

    /** What {@code --tls-config} takes. */
    public Path tlsConfig() {
        return secrets().resolve("client.properties");
    }

    private static void range(String what, int first, int size) {
        if (first < 1 || first + size - 1 > LAST_PORT) {
            throw CoordinationException.invalid(
                    what,
                    String.valueOf(first),
                    "must be from 1 to " + (LAST_PORT - size + 1) + ": one for each server");
        }
    }

    private static void apart(int first, int second, int size) {
        if (Math.abs(first - second) < size) {
            throw CoordinationException.invalid(
                    "ports",
                    first + " and " + second,
                    "they overlap: " + size + " servers need " + size + " ports from each on");
        }
    }
}
