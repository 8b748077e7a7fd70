package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.zookeeper.metrics.impl.NullMetricsProvider;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server of an {@link Ensemble}: a {@link QuorumPeerMain} on a thread of this process, with a configuration like
 * anybody's {@code zoo.cfg}. It can be killed and started again; ports and data stay.
 */
public final class Server {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    /** How long a server may take to end: its slowest part waits five seconds for its workers. */
    private static final Duration END = Duration.ofSeconds(15);

    private final int id;
    private final int clientPort;
    private final Path data;
    private final Properties properties;
    private final ReentrantLock turn = new ReentrantLock();
    private volatile Running running;

    /** @param peers how it reaches each server of the ensemble, itself included, as {@code zoo.cfg} has it */
    Server(int id, Path directory, int clientPort, List<String> peers) throws IOException {
        this.id = id;
        this.clientPort = clientPort;
        this.data = directory;
        this.properties = properties(peers);
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("myid"), id + "\n");
    }

    private Properties properties(List<String> peers) {
        Properties each = new Properties();
        each.setProperty("dataDir", data.toString());
        each.setProperty("clientPort", String.valueOf(clientPort));
        each.setProperty("clientPortAddress", Ports.HOST);
        // Sessions end on multiples of the tick: a short one grants short sessions, and ends them in time.
        each.setProperty("tickTime", "200");
        each.setProperty("minSessionTimeout", String.valueOf(Ensemble.MIN_SESSION_TIMEOUT.toMillis()));
        each.setProperty("maxSessionTimeout", String.valueOf(Ensemble.MAX_SESSION_TIMEOUT.toMillis()));
        // In ticks: ten seconds to join, four to fall behind. A pause of the garbage collector must not cost the
        // quorum.
        each.setProperty("initLimit", "50");
        each.setProperty("syncLimit", "20");
        // The checker reads the whole log, so nothing is rolled away or purged.
        each.setProperty("snapCount", "10000000");
        each.setProperty("autopurge.purgeInterval", "0");
        // The log survives the end of a server, which is all that a lab kills; only the machine's end would lose it.
        each.setProperty("forceSync", "no");
        each.setProperty("maxClientCnxns", "0");
        // A request goes through some thirty threads of three servers. Those that only pass it on are left out: a fifth
        // of the processor time, most of it in the kernel, which wakes them.
        each.setProperty("nio.numWorkerThreads", "0");
        each.setProperty("commitProcessor.numWorkerThreads", "0");
        each.setProperty("admin.enableServer", "false");
        each.setProperty("4lw.commands.whitelist", "srvr,ruok,mntr");
        each.setProperty("metricsProvider.className", NullMetricsProvider.class.getName());
        if (peers.size() == 1) {
            each.setProperty("standaloneEnabled", "false");
        }
        for (int server = 1; server <= peers.size(); server++) {
            each.setProperty("server." + server, peers.get(server - 1));
        }
        return each;
    }

    /** Its number, the one of {@code myid}. */
    public int id() {
        return id;
    }

    public int port() {
        return clientPort;
    }

    /** {@code host:port} for clients. */
    public String address() {
        return Ports.HOST + ":" + clientPort;
    }

    /** The directory of its transaction log. */
    public Path transactionLog() {
        return data.resolve("version-2");
    }

    /** Starts it, with the data that it has. Returns before it serves; does nothing where it is alive. */
    public void start() {
        turn.lock();
        try {
            if (running == null) {
                running = new Running(configuration());
                running.thread.start();
            }
        } finally {
            turn.unlock();
        }
    }

    private QuorumPeerConfig configuration() {
        try {
            QuorumPeerConfig config = new QuorumPeerConfig();
            config.parseProperties(properties);
            return config;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (QuorumPeerConfig.ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends it: its connections break at once. Returns when it is gone; does nothing where it is dead. */
    public void kill() {
        turn.lock();
        try {
            Running ending = running;
            running = null;
            if (ending != null) {
                ending.end();
            }
        } finally {
            turn.unlock();
        }
    }

    /** Whether it was started and not killed since. */
    public boolean isAlive() {
        return running != null;
    }

    public boolean isLeader() {
        Running now = running;
        return now != null && now.peer != null && now.peer.leader != null && serves();
    }

    /**
     * Whether it answers clients: it leads or follows, and is up to date.
     *
     * @throws IllegalStateException where it ended by itself, its port being taken for instance
     */
    public boolean serves() {
        Running now = running;
        if (now != null && now.failure != null) {
            throw new IllegalStateException(this + " ended by itself", now.failure);
        }
        if (now == null || now.peer == null) {
            return false;
        }
        ZooKeeperServer server = now.peer.getActiveServer();
        return server != null && server.isRunning();
    }

    /** The newest transaction that it has applied; 0 where it does not serve. */
    long lastZxid() {
        Running now = running;
        ZooKeeperServer server = now == null || now.peer == null ? null : now.peer.getActiveServer();
        return server == null ? 0 : server.getZKDatabase().getDataTreeLastProcessedZxid();
    }

    /** How many paths that session watches at this server: for their data, or persistently; it tells of no others. */
    int watches(long session) {
        Running now = running;
        ZooKeeperServer server = now == null || now.peer == null ? null : now.peer.getActiveServer();
        Set<String> paths = server == null
                ? null
                : server.getZKDatabase().getDataTree().getWatches().getPaths(session);
        return paths == null ? 0 : paths.size();
    }

    @Override
    public String toString() {
        return "server." + id + " at " + address();
    }

    /** One life of the server. */
    private static final class Running extends QuorumPeerMain {
        final Thread thread;
        volatile QuorumPeer peer;
        volatile Exception failure;

        Running(QuorumPeerConfig config) {
            thread = new Thread(() -> run(config), "server." + config.getServerId());
            thread.setDaemon(true);
        }

        private void run(QuorumPeerConfig config) {
            try {
                runFromConfig(config);
            } catch (Exception e) {
                log.warn("server.{} could not run", config.getServerId(), e);
                failure = e;
            }
        }

        @Override
        protected QuorumPeer getQuorumPeer() throws javax.security.sasl.SaslException {
            peer = super.getQuorumPeer();
            return peer;
        }

        void end() {
            close();
            try {
                thread.join(END.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " did not end within " + END);
            }
        }
    }
}
