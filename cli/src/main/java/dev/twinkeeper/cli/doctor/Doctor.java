package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.cli.doctor.Finding.Kind;
import dev.twinkeeper.contract.ConnectString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks over an ensemble: its files where they are given, and its servers. Changes nothing, but for a file in each data
 * directory that is removed at once, sessions that are closed at once, and one ephemeral znode where clocks are compared.
 *
 * @param connect the servers; empty where the files say where they are
 * @param configs the {@code zoo.cfg} of each member that is at hand
 * @param cleaned directories that are cleaned now and then
 * @param clock ours, to compare with the leader's; empty where nothing is to be written
 * @param patience how long each question to a server may take
 */
public record Doctor(
        Optional<ConnectString> connect,
        List<Path> configs,
        List<Path> cleaned,
        Optional<Clock> clock,
        ServersCheck.Resolver resolver,
        Duration patience) {
    /** Members of one ensemble whose files are looked at. */
    private static final int MOST_MEMBERS = 100;

    public static Doctor of(Optional<ConnectString> connect, List<Path> configs, boolean clocks, Duration patience) {
        return new Doctor(
                connect,
                configs.stream().limit(MOST_MEMBERS).toList(),
                DataDirCheck.CLEANED,
                clocks ? Optional.of(Clock.systemUTC()) : Optional.empty(),
                InetAddress::getAllByName,
                patience);
    }

    /**
     * What was found.
     *
     * @param findings in the order of {@link Finding.Kind}
     * @param summary who serves and who leads, one line
     * @param reached whether any server was
     */
    public record Report(List<Finding> findings, String summary, boolean reached) {}

    public Report look() {
        List<Finding> findings = new ArrayList<>();
        List<ZooCfg> members = new ArrayList<>();
        for (Path file : configs) {
            read(file, findings).ifPresent(members::add);
        }
        for (ZooCfg each : members) {
            findings.addAll(ConfigCheck.of(each));
            findings.addAll(DataDirCheck.of(each, cleaned));
        }
        findings.addAll(MembersCheck.of(members));
        if (members.size() == 1) {
            ownAddress(members.get(0)).ifPresent(findings::add);
        }
        List<Endpoint> endpoints =
                connect.map(each -> Endpoint.list(each.servers())).orElseGet(() -> clients(members));
        ServersCheck check = new ServersCheck(resolver, patience);
        List<ServerSeen> servers = endpoints.isEmpty() ? List.of() : check.look(endpoints, voters(members, endpoints));
        findings.addAll(check.findings());
        findings.addAll(electionPorts(members, servers));
        String chroot = connect.map(ConnectString::chroot).orElse("");
        servers.stream()
                .filter(ServerSeen::serves)
                .flatMap(each -> each.address().stream())
                .findFirst()
                .ifPresent(server -> findings.addAll(TreeCheck.of(server, chroot, clock, patience)));
        findings.sort(Comparator.comparing(Finding::kind));
        return new Report(findings, summary(servers), servers.stream().anyMatch(ServerSeen::runs));
    }

    private static Optional<ZooCfg> read(Path file, List<Finding> findings) {
        try {
            return Optional.of(ZooCfg.read(file));
        } catch (NoSuchFileException e) {
            findings.add(new Finding(Kind.CONFIG, file.toString(), "there is no such file", "mend the path"));
        } catch (IOException e) {
            String why = Files.isDirectory(file) ? "it is a directory" : String.valueOf(e.getMessage());
            findings.add(new Finding(
                    Kind.CONFIG,
                    file.toString(),
                    "it can't be read (" + why + ")",
                    "name a zoo.cfg that you may read"));
        }
        return Optional.empty();
    }

    private static List<Endpoint> clients(List<ZooCfg> members) {
        Set<Endpoint> endpoints = new LinkedHashSet<>();
        members.forEach(each -> each.clients().ifPresent(endpoints::add));
        return List.copyOf(endpoints);
    }

    private static int voters(List<ZooCfg> members, List<Endpoint> endpoints) {
        return members.stream()
                .map(ZooCfg::servers)
                .map(lines -> (int)
                        lines.values().stream().filter(line -> !line.observer()).count())
                .filter(count -> count > 0)
                .findFirst()
                .orElse(endpoints.size());
    }

    /** A server whose own line names an address that this machine does not have can't listen there. */
    private Optional<Finding> ownAddress(ZooCfg config) {
        Optional<ServerLine> own = config.id().map(config.servers()::get);
        if (own.isEmpty()) {
            return Optional.empty();
        }
        String host = own.get().host();
        String where = config.file() + ", server." + config.id().orElseThrow();
        try {
            for (InetAddress each : resolver.addresses(host)) {
                if (each.isAnyLocalAddress() || NetworkInterface.getByInetAddress(each) != null) {
                    return Optional.empty();
                }
            }
        } catch (UnknownHostException e) {
            return Optional.of(new Finding(
                    Kind.ADDRESS,
                    where,
                    "no address is known of '" + host + "'",
                    "mend the name, or write it into DNS or /etc/hosts"));
        } catch (SocketException e) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                Kind.ADDRESS,
                where,
                "'" + host + "' is no address of this machine, so the server can't listen there",
                "write 0.0.0.0 in its own line, in this file only"));
    }

    /** What the servers log as "Cannot open channel to N at election address". */
    private List<Finding> electionPorts(List<ZooCfg> members, List<ServerSeen> servers) {
        List<Finding> findings = new ArrayList<>();
        Map<Endpoint, ServerSeen> seen =
                servers.stream().collect(Collectors.toMap(ServerSeen::endpoint, each -> each, (one, other) -> one));
        for (ZooCfg each : members) {
            ServerLine own = each.id().map(each.servers()::get).orElse(null);
            ServerSeen server = each.clients().map(seen::get).orElse(null);
            if (own == null || server == null || !each.quorum() || own.host().equals("0.0.0.0")) {
                continue;
            }
            String address = own.host() + ":" + own.electionPort();
            boolean listens = listens(own);
            if (server.runs() && !listens) {
                findings.add(new Finding(
                        Kind.PORT,
                        "server " + each.id().orElseThrow(),
                        "it runs, but nobody listens at " + address + ": the others log 'Cannot open channel to "
                                + each.id().orElseThrow() + " at election address'",
                        "mend its server line in the files, start it again with them, or open the port"));
            } else if (server.state() == ServerProbe.State.REFUSED && listens) {
                findings.add(new Finding(
                        Kind.PORT,
                        "server " + each.id().orElseThrow(),
                        "it does not run, but somebody listens at its election port " + address,
                        "end that program, or change the port in every zoo.cfg"));
            }
        }
        return findings;
    }

    private boolean listens(ServerLine line) {
        try {
            for (InetAddress each : resolver.addresses(line.host())) {
                if (ServerProbe.listens(new InetSocketAddress(each, line.electionPort()), patience)) {
                    return true;
                }
            }
        } catch (UnknownHostException e) {
            return false;
        }
        return false;
    }

    private static String summary(List<ServerSeen> servers) {
        long serving = servers.stream().filter(ServerSeen::serves).count();
        String leader = servers.stream()
                .filter(each -> each.is("leader") || each.is("standalone"))
                .map(each -> each.endpoint() + (each.is("leader") ? " leads" : " is alone"))
                .findFirst()
                .orElse(
                        serving > 0 && servers.stream().allMatch(each -> each.is("follower"))
                                ? "none of them leads"
                                : "who leads is not known");
        return serving + " of " + servers.size() + " servers serve; " + leader;
    }
}
