package dev.twinkeeper.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What {@code doctor} reads of others, for those who give it whatever bytes. */
public final class ForeignConfigurations {
    private ForeignConfigurations() {}

    /** Asks everything of a {@code zoo.cfg}. */
    public static void zooCfg(Path file) throws IOException {
        ZooCfg config = ZooCfg.read(file);
        config.servers().values().forEach(line -> line.means(line));
        config.number("tickTime");
        config.path("dataLogDir");
        config.myid();
        config.clients();
        config.quorum();
        config.backslashes();
    }

    /** The same bytes as a {@code myid}: it is a number, or something in it is seen. */
    public static Optional<Long> myid(byte[] content) {
        Myid.invisible(content);
        return Myid.number(content);
    }

    /** Everything in a server's answer to {@code srvr}. */
    public static void srvr(String answer) {
        ServerSeen server = new ServerSeen(new Endpoint("localhost", 1), Map.of(), Optional.of(answer));
        server.zxid();
        server.version();
        server.waits();
        server.stuck();
        server.is("leader");
    }
}
