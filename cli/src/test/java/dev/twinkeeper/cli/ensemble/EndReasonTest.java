package dev.twinkeeper.cli.ensemble;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Why a server ended, out of logs as ZooKeeper writes them. */
class EndReasonTest {
    private static final String EARLIER = """
            18:46:01.390 ERROR [main] o.a.z.s.q.QuorumPeerMain - Unexpected exception, exiting abnormally
            java.io.IOException: of an earlier start
            """;

    @TempDir
    private Path temporary;

    private EnsemblePlan plan;
    private EnsemblePlan.Server server;

    @BeforeEach
    void make() throws IOException {
        plan = new EnsemblePlan(temporary, 3, 2181, 2888, 3888);
        server = plan.servers().get(1);
        Files.createDirectories(server.directory());
        Files.writeString(server.log(), EARLIER);
    }

    private String reason(String log) throws IOException {
        long from = EndReason.end(server.log());
        Files.writeString(server.log(), EARLIER + log);
        return EndReason.of(plan, server, from);
    }

    @Test
    void itIsTheInnermostCauseAndNotTheLastError() throws IOException {
        String reason = reason("""
                18:46:05.390 ERROR [main] o.a.z.s.q.QuorumPeerMain - Invalid config, exiting abnormally
                org.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing zoo.cfg
                	at org.apache.zookeeper.server.quorum.QuorumPeerConfig.parse(QuorumPeerConfig.java:202)
                Caused by: java.lang.IllegalArgumentException: serverid abc is not a number
                	... 2 common frames omitted
                18:46:05.623 INFO  [main] o.a.z.a.ZKAuditProvider - ZooKeeper audit is disabled.
                18:46:05.711 ERROR [main] o.a.z.util.ServiceUtils - Exiting JVM with code 2
                """);

        assertThat(reason).isEqualTo("serverid abc is not a number; see '" + server.log() + "'");
    }

    @Test
    void dataThatCannotBeLoadedComeWithTheMend() throws IOException {
        String reason = reason("""
                18:49:38.554 ERROR [main] o.a.z.s.q.QuorumPeer - Unable to load database on disk
                java.io.IOException: Found x in %1$s/currentEpoch
                18:49:38.629 ERROR [main] o.a.z.s.q.QuorumPeerMain - Unexpected exception, exiting abnormally
                java.lang.RuntimeException: Unable to run quorum server
                Caused by: java.io.IOException: Found x in %1$s/currentEpoch
                18:49:38.639 ERROR [main] o.a.z.util.ServiceUtils - Exiting JVM with code 1
                """.formatted(server.data()));

        assertThat(reason)
                .startsWith("Found x in " + server.data() + "/currentEpoch: its data can't be loaded; move '"
                        + server.data() + "/version-2' away, and the others bring it up to date");
    }

    @Test
    void whatAConnectionSaidInBetweenIsNoCause() throws IOException {
        String reason = reason("""
                18:46:05.390 WARN  [main] o.a.z.s.q.QuorumCnxManager - Cannot open channel to 3
                java.net.ConnectException: Connection refused
                18:46:05.390 ERROR [main] o.a.z.s.q.QuorumPeerMain - the last word
                """);

        assertThat(reason).startsWith("the last word; see");
    }

    @Test
    void aJvmThatCouldNotStartSpeaksOnTheConsole() throws IOException {
        Files.writeString(server.console(), "Error occurred during initialization of VM\nMore\n");

        assertThat(reason("")).startsWith("Error occurred during initialization of VM; see");
    }
}
