package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.ChildProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One server of the ensemble under torture, a process of its own; ports and data outlive it. */
public final class ServerNode {
    private final int id;
    private final int clientPort;
    private final Path directory;
    private ChildProcess child;

    /**
     * @param peers the lines {@code server.N=} of its {@code zoo.cfg}
     * @param tickMs ZooKeeper's unit of time: sessions end on multiples of it
     */
    ServerNode(int id, int clientPort, Path directory, List<String> peers, int tickMs) throws IOException {
        this.id = id;
        this.clientPort = clientPort;
        this.directory = directory;
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
        child = ChildProcess.java(
                ServerMain.class,
                directory.resolve("zookeeper.log"),
                directory,
                List.of(
                        // A follower that was away gets the transactions themselves, never a snapshot in their place.
                        "-Dzookeeper.commitLogCount=20000",
                        // In KB; each start begins a new file.
                        "-Dzookeeper.preAllocSize=4096"),
                config().toString());
    }

    public void kill() {
        child.kill();
    }

    @Override
    public String toString() {
        return "server" + id;
    }
}
