package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.cli.Nearest;
import dev.twinkeeper.cli.doctor.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** One {@code zoo.cfg} for itself: typing errors, paths of Windows, what is missing, limits. */
final class ConfigCheck {
    /** The keys of ZooKeeper 3.5 to 3.9 that people set; all others become system properties, unchecked. */
    private static final List<String> KEYS = List.of(
            "dataDir",
            "dataLogDir",
            "clientPort",
            "clientPortAddress",
            "secureClientPort",
            "secureClientPortAddress",
            "localSessionsEnabled",
            "localSessionsUpgradingEnabled",
            "observerMasterPort",
            "clientPortListenBacklog",
            "tickTime",
            "maxClientCnxns",
            "maxCnxns",
            "minSessionTimeout",
            "maxSessionTimeout",
            "initLimit",
            "syncLimit",
            "connectToLearnerMasterLimit",
            "electionAlg",
            "quorumListenOnAllIPs",
            "peerType",
            "syncEnabled",
            "dynamicConfigFile",
            "autopurge.snapRetainCount",
            "autopurge.purgeInterval",
            "standaloneEnabled",
            "reconfigEnabled",
            "sslQuorum",
            "portUnification",
            "admin.enableServer",
            "admin.serverPort",
            "admin.serverAddress",
            "4lw.commands.whitelist",
            "metricsProvider.className",
            "forceSync",
            "snapCount",
            "preAllocSize",
            "globalOutstandingLimit",
            "fsync.warningthresholdms",
            "electionPortBindRetry",
            "extendedTypesEnabled",
            "skipACL");

    private static final List<String> NUMBERS = List.of(
            "clientPort",
            "tickTime",
            "initLimit",
            "syncLimit",
            "maxClientCnxns",
            "minSessionTimeout",
            "maxSessionTimeout",
            "autopurge.snapRetainCount",
            "autopurge.purgeInterval");

    /** One letter wrong in a short key, two in a long one. */
    private static final int LONG_KEY = 8;

    /** A few participants on one host, each with its session, are more than this. */
    private static final int FEW_CONNECTIONS = 10;

    private final ZooCfg config;
    private final List<Finding> findings = new ArrayList<>();

    private ConfigCheck(ZooCfg config) {
        this.config = config;
    }

    static List<Finding> of(ZooCfg config) {
        ConfigCheck check = new ConfigCheck(config);
        check.typingErrors();
        check.backslashes();
        check.missing();
        check.timeouts();
        check.serverLines();
        check.limits();
        return check.findings;
    }

    private void add(Kind kind, String what, String mend) {
        findings.add(new Finding(kind, config.file().toString(), what, mend));
    }

    private void typingErrors() {
        for (String key : config.values().keySet()) {
            String near = Nearest.first(key, KEYS).get(0);
            int distance = Nearest.distance(key, near);
            if (!KEYS.contains(key) && distance <= (near.length() < LONG_KEY ? 1 : 2)) {
                add(Kind.CONFIG, "'" + key + "' is no key of ZooKeeper's", "write '" + near + "'");
            } else if (key.matches("(?i)servers?[._ -]?[0-9]+") && !key.matches("server\\.[0-9]+")) {
                add(
                        Kind.SERVER_LINE,
                        "'" + key + "' is no key of ZooKeeper's",
                        "write 'server." + key.replaceAll("[^0-9]", "") + "'");
            }
        }
        for (String key : NUMBERS) {
            if (config.value(key).isPresent() && config.number(key).isEmpty()) {
                add(Kind.CONFIG, key + " '" + config.value(key).get() + "' is no number", "write digits only");
            }
        }
    }

    private void backslashes() {
        for (String key : config.backslashes()) {
            String written = config.written().get(key);
            add(
                    Kind.CONFIG,
                    key + "=" + written + " is read as '" + config.value(key).orElse("")
                            + "', a backslash is an escape",
                    "write " + key + "=" + written.replace("\\\\", "\\").replace('\\', '/'));
        }
    }

    private void missing() {
        boolean dynamic = config.value("dynamicConfigFile").isPresent();
        if (config.value("dataDir").isEmpty()) {
            add(Kind.CONFIG, "dataDir is missing", "write dataDir=/var/lib/zookeeper, or where the data are to be");
        }
        if (config.value("tickTime").isEmpty()) {
            add(Kind.CONFIG, "tickTime is missing", "write tickTime=2000");
        }
        boolean portElsewhere = dynamic
                || config.value("secureClientPort").isPresent()
                || config.servers().values().stream()
                        .anyMatch(line -> line.clientPort().isPresent());
        if (config.value("clientPort").isEmpty() && !portElsewhere) {
            add(Kind.CONFIG, "clientPort is missing", "write clientPort=2181");
        }
        if (config.quorum()) {
            for (String key : List.of("initLimit", "syncLimit")) {
                if (config.value(key).isEmpty()) {
                    add(
                            Kind.CONFIG,
                            key + " is missing, and there are several servers",
                            "write " + key + "=" + (key.equals("initLimit") ? 10 : 5));
                }
            }
        }
    }

    private void timeouts() {
        OptionalInt least = config.number("minSessionTimeout");
        OptionalInt most = config.number("maxSessionTimeout");
        if (least.isPresent() && most.isPresent() && most.getAsInt() > 0 && least.getAsInt() > most.getAsInt()) {
            add(
                    Kind.CONFIG,
                    "minSessionTimeout " + least.getAsInt() + " is above maxSessionTimeout " + most.getAsInt(),
                    "exchange them");
        }
    }

    private void serverLines() {
        for (Map.Entry<String, String> each : config.serverLines().entrySet()) {
            String line = "server." + each.getKey() + "=" + each.getValue();
            if (!each.getKey().matches("[0-9]{1,9}")) {
                add(Kind.SERVER_LINE, line + ": no number behind 'server.'", "write server.1=host:2888:3888");
            } else if (ServerLine.parse(each.getValue()).isEmpty()) {
                add(
                        Kind.SERVER_LINE,
                        line + " can't be read",
                        "write server." + each.getKey()
                                + "=host:2888:3888: the port that joins followers to the leader,"
                                + " then the one that elects");
            }
        }
        Map<Long, ServerLine> servers = config.servers();
        servers.forEach((one, line) -> {
            if (line.peerPort() == line.electionPort()) {
                add(
                        Kind.SERVER_LINE,
                        "server." + one + " has port " + line.peerPort() + " twice",
                        "use one port for followers (2888) and another one for elections (3888)");
            }
            servers.forEach((other, second) -> {
                boolean samePorts =
                        line.peerPort() == second.peerPort() || line.electionPort() == second.electionPort();
                if (one < other && line.host().equals(second.host()) && samePorts) {
                    add(
                            Kind.SERVER_LINE,
                            "server." + one + " and server." + other + " have one host and one port",
                            "give each server on " + line.host() + " ports of its own, as 2889:3889");
                }
            });
        });
    }

    private void limits() {
        if (config.value("jute.maxbuffer").isPresent()) {
            add(
                    Kind.LIMIT,
                    "jute.maxbuffer in zoo.cfg changes nothing",
                    "give it to Java, at servers and clients alike: -Djute.maxbuffer="
                            + config.value("jute.maxbuffer").get());
        }
        OptionalInt connections = config.number("maxClientCnxns");
        if (connections.isPresent() && connections.getAsInt() > 0 && connections.getAsInt() < FEW_CONNECTIONS) {
            add(
                    Kind.LIMIT,
                    "maxClientCnxns=" + connections.getAsInt() + " connections from one host: further ones are closed"
                            + " without an answer",
                    "write maxClientCnxns=60 (the default), or 0 for no limit");
        }
    }
}
