package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One server of the ensemble under torture, a process of its own; ports and data outlive it. */
public final class ServerNode {
    static final String SNAPSHOT = "snapshot.";

    static final String LOG = "log.";

    private final int id;
    private final int clientPort;
    private final Path directory;
    private final boolean secure;
    private ChildProcess child;

    /**
     * @param peers the lines {@code server.N=} of its {@code zoo.cfg}
     * @param tickMs ZooKeeper's unit of time: sessions end on multiples of it
     * @param secure whether it turns away who gives no credentials
     */
    ServerNode(int id, int clientPort, Path directory, List<String> peers, int tickMs, boolean secure)
            throws IOException {
        this.id = id;
        this.clientPort = clientPort;
        this.directory = directory;
        this.secure = secure;
        Files.createDirectories(data());
        Files.writeString(data().resolve("myid"), id + "\n");
        Files.writeString(config(), config(peers, tickMs));
    }

    private Path config() {
        return directory.resolve("zoo.cfg");
    }

    Path data() {
        return directory.resolve("data");
    }

    /** Where what was taken from its data is kept, so that the checker knows of it and the server does not. */
    Path removed() {
        return directory.resolve("removed");
    }

    private String config(List<String> peers, int tickMs) {
        return String.join(
                        "\n",
                        // Sessions end on multiples of the tick: a short one ends them in time.
                        "tickTime=" + tickMs,
                        "minSessionTimeout=500",
                        "maxSessionTimeout=60000",
                        // In ticks; of 200 ms those are five seconds to join, two to fall behind.
                        "initLimit=25",
                        "syncLimit=10",
                        "dataDir=" + data(),
                        "clientPort=" + clientPort,
                        "clientPortAddress=127.0.0.1",
                        "maxClientCnxns=0",
                        "admin.enableServer=false",
                        "4lw.commands.whitelist=srvr,ruok,mntr",
                        // The checker reads the whole log: nothing is rolled away or purged.
                        "snapCount=100000000",
                        "autopurge.purgeInterval=0",
                        "")
                + (secure ? "enforce.auth.enabled=true\nenforce.auth.schemes=digest\n" : "")
                + String.join("\n", peers)
                + "\n";
    }

    public int id() {
        return id;
    }

    public int port() {
        return clientPort;
    }

    public InetSocketAddress address() {
        return new InetSocketAddress("127.0.0.1", clientPort);
    }

    public ChildProcess child() {
        return child;
    }

    public boolean isAlive() {
        return child != null && child.isAlive();
    }

    /** Starts it with the data that it has. */
    public void start() {
        start(List.of());
    }

    /** @param first jars of another release, in place of ours */
    void start(List<Path> first) {
        List<String> properties = new ArrayList<>(List.of(
                // A follower that was away gets the transactions themselves, never a snapshot in their place.
                "-Dzookeeper.commitLogCount=20000",
                // In KB; each start begins a new file.
                "-Dzookeeper.preAllocSize=4096"));
        if (hasLogOnly()) {
            // Its snapshots were removed, and it would take the log alone for a mistake.
            properties.add("-Dzookeeper.snapshot.trust.empty=true");
        }
        child = ChildProcess.java(
                ServerMain.class,
                directory.resolve("zookeeper.log"),
                directory,
                new ChildProcess.Setting(properties, first, Map.of()),
                config().toString());
    }

    /** Where ZooKeeper keeps them. */
    Path version() {
        return data().resolve("version-2");
    }

    /** The files of its log, or its snapshots. */
    List<Path> files(String prefix) {
        if (!Files.isDirectory(version())) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(version())) {
            return all.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean hasLogOnly() {
        return files(SNAPSHOT).isEmpty() && !files(LOG).isEmpty();
    }

    public void kill() {
        child.kill();
    }

    @Override
    public String toString() {
        return "server" + id;
    }
}
