package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.cli.doctor.Finding.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.zookeeper.data.Stat;

/** What can be asked of the tree once a server serves: the chroot, long lists, the leader's clock. */
final class TreeCheck {
    /** About here a list of tasks outgrows the 1 MiB that a client takes by default; tried, see docs/findings.md. */
    private static final int LONG_LIST = 50_000;

    /** Two hosts that ask the same time server differ by far less. */
    private static final Duration APART = Duration.ofSeconds(2);

    private final String chroot;
    private final List<Finding> findings = new ArrayList<>();

    private TreeCheck(String chroot) {
        this.chroot = chroot;
    }

    /** @param clock ours, to compare with the leader's, which writes one ephemeral znode; empty where nothing is written */
    static List<Finding> of(InetSocketAddress server, String chroot, Optional<Clock> clock, Duration patience) {
        TreeCheck check = new TreeCheck(chroot);
        try (ServerProbe.Answer answer = ServerProbe.ask(server, patience)) {
            if (answer.session().isPresent()) {
                check.ask(answer.session().get(), clock);
            } else {
                check.stopped(server);
            }
        } catch (IOException e) {
            check.stopped(server);
        }
        return check.findings;
    }

    private void stopped(InetSocketAddress server) {
        findings.add(new Finding(
                Kind.QUORUM,
                "server " + server.getHostString() + ":" + server.getPort(),
                "it stopped answering while it was asked",
                "run this again; where it stays so look into its log"));
    }

    private void ask(ServerProbe session, Optional<Clock> clock) throws IOException {
        if (!chroot.isEmpty() && session.stat(chroot).isEmpty()) {
            findings.add(new Finding(
                    Kind.CHROOT,
                    "chroot " + chroot,
                    "there is no such znode",
                    "create it without a chroot: zkcli create " + chroot + " \"\" (the roles here do it themselves)"));
        }
        for (String path : List.of(chroot.isEmpty() ? "/" : chroot, chroot + "/tasks")) {
            Optional<Stat> stat = session.stat(path);
            if (stat.isPresent() && stat.get().getNumChildren() > LONG_LIST) {
                findings.add(new Finding(
                        Kind.LIMIT,
                        "znode " + path,
                        stat.get().getNumChildren() + " children: a client with the default jute.maxbuffer loses its"
                                + " connection when it lists them",
                        "start clients with -Djute.maxbuffer=4194304, and collect what is done"));
            }
        }
        if (clock.isPresent()) {
            OptionalLong ahead = session.clockAhead(clock.get());
            if (ahead.isPresent() && Math.abs(ahead.getAsLong()) > APART.toMillis()) {
                findings.add(new Finding(
                        Kind.CLOCK,
                        "clock of the leader",
                        "%.1f s %s of this machine's"
                                .formatted(
                                        Math.abs(ahead.getAsLong()) / 1e3, ahead.getAsLong() > 0 ? "ahead" : "behind"),
                        "run a time service (chrony, ntpd) on both: logs can't be compared, and leases end early"));
            }
        }
    }
}
