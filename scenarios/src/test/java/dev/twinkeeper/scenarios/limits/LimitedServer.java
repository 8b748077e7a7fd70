package dev.twinkeeper.scenarios.limits;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.ChildProcess;
import dev.twinkeeper.scenarios.lab.FourLetterWord;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** A single server as a process of its own, with properties of its own. */
final class LimitedServer implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);

    private final int port;
    private final ChildProcess process;

    private LimitedServer(int port, ChildProcess process) {
        this.port = port;
        this.process = process;
    }

    /** Starts one; returns when it serves. */
    static LimitedServer start(String... properties) {
        try {
            Path directory = Files.createTempDirectory("twinkeeper-limited-");
            Ports ports = Ports.reserve(1);
            int port = ports.get(0);
            Path config = directory.resolve("zoo.cfg");
            Files.writeString(
                    config,
                    String.join(
                            "\n",
                            "dataDir=" + directory,
                            "clientPort=" + port,
                            "clientPortAddress=" + Ports.HOST,
                            "tickTime=500",
                            "maxSessionTimeout=60000",
                            "admin.enableServer=false",
                            "4lw.commands.whitelist=ruok"));
            ports.release();
            ChildProcess process = ChildProcess.java(
                    QuorumPeerMain.class,
                    directory.resolve("server.log"),
                    directory,
                    List.of(properties),
                    config.toString());
            LimitedServer server = new LimitedServer(port, process);
            BoundedWait.until("the server serves", READY, server::serves);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean serves() {
        try {
            return FourLetterWord.ask(port, "ruok").equals("imok");
        } catch (IOException notYet) {
            return false;
        }
    }

    String connectString() {
        return Ports.HOST + ":" + port;
    }

    InetSocketAddress address() {
        return new InetSocketAddress(Ports.HOST, port);
    }

    /** A person at zkCli, below that chroot. */
    Operator operator(String chroot) {
        return new Operator(connectString(), new Layout(chroot));
    }

    @Override
    public void close() {
        process.kill();
    }
}
