package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.cli.doctor.Finding.Kind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** The servers: whether they can be reached, who serves, who leads, who lags. Without four-letter words too. */
final class ServersCheck {
    /** Finds the addresses of a host. */
    @FunctionalInterface
    interface Resolver {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /** At a time: each waits more than it works. */
    private static final int AT_ONCE = 8;

    private static final Duration ASK_EVERY = Duration.ofMillis(50);

    private final Resolver resolver;
    private final Duration patience;
    private final List<Finding> findings = new ArrayList<>();
    private List<ServerSeen> servers = List.of();

    ServersCheck(Resolver resolver, Duration patience) {
        this.resolver = resolver;
        this.patience = patience;
    }

    /**
     * Looks at all of them.
     *
     * @param members how many servers vote, as far as it is known
     */
    List<ServerSeen> look(List<Endpoint> endpoints, int members) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(AT_ONCE, endpoints.size()));
        try {
            List<CompletableFuture<ServerSeen>> seen = endpoints.stream()
                    .map(each -> CompletableFuture.supplyAsync(() -> look(each), threads))
                    .toList();
            servers = seen.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
        servers.forEach(this::reachable);
        servers.forEach(this::addresses);
        quorum(members);
        servers.forEach(this::lag);
        words();
        versions();
        return servers;
    }

    List<Finding> findings() {
        return findings;
    }

    private ServerSeen look(Endpoint endpoint) {
        Map<InetAddress, ServerProbe.State> states = new LinkedHashMap<>();
        try {
            for (InetAddress each : resolver.addresses(endpoint.host())) {
                try (ServerProbe.Answer answer =
                        ServerProbe.ask(new InetSocketAddress(each, endpoint.port()), patience)) {
                    states.put(each, answer.state());
                }
            }
        } catch (UnknownHostException e) {
            return new ServerSeen(endpoint, Map.of(), Optional.empty());
        }
        ServerSeen seen = new ServerSeen(endpoint, states, Optional.empty());
        Optional<String> srvr = seen.state().compareTo(ServerProbe.State.SILENT) >= 0
                ? seen.address().flatMap(address -> ServerProbe.word(address, "srvr", patience))
                : Optional.empty();
        return new ServerSeen(endpoint, states, srvr);
    }

    private void add(Kind kind, Object where, String what, String mend) {
        findings.add(new Finding(kind, "server " + where, what, mend));
    }

    private void reachable(ServerSeen server) {
        Endpoint where = server.endpoint();
        if (server.states().isEmpty()) {
            add(
                    Kind.ADDRESS,
                    where,
                    "no address is known of the host '" + where.host() + "'",
                    "mend the name, or write it into DNS or /etc/hosts");
            return;
        }
        switch (server.state()) {
            case REFUSED ->
                add(Kind.PORT, where, "nobody listens there", "start the server, or mend clientPort or the address");
            case UNREACHABLE ->
                add(
                        Kind.PORT,
                        where,
                        "no answer to a connection",
                        "open the port in the firewalls between, or mend the address");
            case STRANGER ->
                add(
                        Kind.PORT,
                        where,
                        "another program answers there, not a ZooKeeper server",
                        "end that program, or change clientPort; a port for TLS answers like this too");
            case SILENT -> {
                if (!server.stuck()) {
                    add(
                            Kind.PORT,
                            where,
                            "it takes connections and answers nothing within " + patience.toMillis() + " ms",
                            "look into its log: the process is stopped, its disk is full or slow, or it is none of"
                                    + " ZooKeeper's");
                }
            }
            case ENDS -> {
                if (!server.waits()) {
                    add(
                            Kind.LIMIT,
                            where,
                            "it ends every connection without a word",
                            "look into its log for 'Too many connections' (raise maxClientCnxns), for 'not running' (no"
                                    + " quorum) or for TLS");
                }
            }
            case SERVING -> {}
        }
    }

    /** A client takes any address of a name: where one of two refuses, every second attempt is lost. */
    private void addresses(ServerSeen server) {
        boolean answers = server.state().compareTo(ServerProbe.State.SILENT) >= 0;
        List<String> refusing = server.states().entrySet().stream()
                .filter(each -> each.getValue().compareTo(ServerProbe.State.STRANGER) < 0)
                .map(each -> each.getKey().getHostAddress())
                .toList();
        if (answers && !refusing.isEmpty()) {
            add(
                    Kind.ADDRESS,
                    server.endpoint(),
                    "'" + server.endpoint().host() + "' has " + server.states().size() + " addresses, and nobody"
                            + " listens at " + String.join(", ", refusing),
                    "write the address in place of the name: "
                            + server.address().orElseThrow().getAddress().getHostAddress());
        }
    }

    private void quorum(int members) {
        List<ServerSeen> waiting = servers.stream().filter(ServerSeen::waits).toList();
        long running = servers.stream().filter(ServerSeen::runs).count();
        boolean served = servers.stream().anyMatch(each -> each.serves() || each.stuck());
        int majority = members / 2 + 1;
        if (!served && !waiting.isEmpty() && running < majority) {
            findings.add(new Finding(
                    Kind.QUORUM,
                    "ensemble",
                    "no quorum: " + running + " of " + members + " servers run, " + majority + " are needed",
                    "start " + (majority - running) + " more" + notRunning()));
        } else if (!served && !waiting.isEmpty()) {
            findings.add(new Finding(
                    Kind.QUORUM,
                    "ensemble",
                    "no quorum: " + running + " of " + members + " servers run, and they elect no leader",
                    "wait for an election, then see that each reaches the others' election ports, and that myid and"
                            + " server lines agree"));
        } else {
            for (ServerSeen each : waiting) {
                add(
                        Kind.QUORUM,
                        each.endpoint(),
                        "it runs and serves nobody, while others do",
                        "see that it reaches the leader's first port (2888) and the others' election ports; its log"
                                + " says which it cannot");
            }
        }
        alone();
    }

    private String notRunning() {
        String known = servers.stream()
                .filter(each -> !each.runs())
                .map(each -> each.endpoint().toString())
                .collect(Collectors.joining(", "));
        return known.isEmpty() ? " of those in the server lines" : ": " + known;
    }

    /** One connect string, but not one ensemble. */
    private void alone() {
        List<ServerSeen> standalone =
                servers.stream().filter(each -> each.is("standalone")).toList();
        if (servers.size() > 1 && !standalone.isEmpty()) {
            for (ServerSeen each : standalone) {
                add(
                        Kind.QUORUM,
                        each.endpoint(),
                        "it runs alone, not in an ensemble with the others",
                        "write the server lines into its zoo.cfg, and start it with that file");
            }
        }
        List<String> leaders = servers.stream()
                .filter(each -> each.is("leader"))
                .map(each -> each.endpoint().toString())
                .toList();
        if (leaders.size() > 1) {
            findings.add(
                    new Finding(
                            Kind.QUORUM,
                            "ensemble",
                            "two lead: " + String.join(", ", leaders),
                            "ask again; where it stays so they are two ensembles: mend the server lines or the connect string"));
        }
    }

    private void lag(ServerSeen server) {
        if (server.stuck()) {
            add(
                    Kind.LAG,
                    server.endpoint(),
                    "it answers, but begins no session within " + patience.toMillis()
                            + " ms: it hears nothing from the leader, or waits for its disk",
                    "look into its log, at its disk and at the network to the leader");
            return;
        }
        long newest = servers.stream()
                .map(ServerSeen::zxid)
                .flatMap(Optional::stream)
                .max(Long::compareUnsigned)
                .orElse(0L);
        if (server.zxid().isPresent() && Long.compareUnsigned(server.zxid().get(), newest) < 0) {
            again(server, newest)
                    .filter(now -> Long.compareUnsigned(now, newest) < 0)
                    .ifPresent(now -> add(
                            Kind.LAG,
                            server.endpoint(),
                            "it lags: at zxid 0x" + Long.toHexString(now) + " when another had passed 0x"
                                    + Long.toHexString(newest),
                            "look at its disk and at the network to the leader; clients there read the past"));
        }
    }

    /** How far it is when it has had its time to catch up; on a busy machine that may take more than a moment. */
    private Optional<Long> again(ServerSeen server, long newest) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Optional<String> srvr = server.address().flatMap(address -> ServerProbe.word(address, "srvr", patience));
            Optional<Long> now = new ServerSeen(server.endpoint(), server.states(), srvr).zxid();
            boolean behind = now.isPresent() && Long.compareUnsigned(now.get(), newest) < 0;
            if (!behind || System.nanoTime() > deadline) {
                return now;
            }
            LockSupport.parkNanos(ASK_EVERY.toNanos());
        }
    }

    private void words() {
        List<String> mute = servers.stream()
                .filter(each -> each.serves() && each.srvr().isEmpty())
                .map(each -> each.endpoint().toString())
                .toList();
        if (!mute.isEmpty()) {
            add(
                    Kind.WORDS,
                    String.join(", ", mute),
                    "it answers no four-letter words, so who leads and who lags can't be told",
                    "write 4lw.commands.whitelist=srvr,ruok,mntr into zoo.cfg");
        }
    }

    private void versions() {
        Map<String, List<String>> versions = new LinkedHashMap<>();
        for (ServerSeen each : servers) {
            each.version()
                    .ifPresent(version -> versions.computeIfAbsent(version, unused -> new ArrayList<>())
                            .add(each.endpoint().toString()));
        }
        if (versions.size() > 1) {
            String list = versions.entrySet().stream()
                    .map(each -> each.getKey() + " at " + String.join(", ", each.getValue()))
                    .collect(Collectors.joining("; "));
            findings.add(new Finding(
                    Kind.VERSION,
                    "ensemble",
                    "versions differ (" + list + ")",
                    "bring all to the newest, one server after the other"));
        }
        versions.forEach((version, where) -> {
            if (version.matches("3\\.[0-5](\\..*)?")) {
                add(
                        Kind.VERSION,
                        String.join(", ", where),
                        "version " + version + " is too old: no persistent watches, and no mends any more",
                        "bring it to 3.9.3 or newer");
            } else if (servers.size() > 1 && version.matches("3\\.([678]|9\\.[012])(\\..*)?")) {
                add(
                        Kind.VERSION,
                        String.join(", ", where),
                        "version " + version + " may write its log twice after a broken sync, and bring deleted znodes"
                                + " back (ZOOKEEPER-4712)",
                        "bring it to 3.9.3 or newer");
            }
        });
    }
}
