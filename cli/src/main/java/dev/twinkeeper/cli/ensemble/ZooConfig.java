package dev.twinkeeper.cli.ensemble;

/** The {@code zoo.cfg} of one server: what the book's readers write by hand, with a word on each line. */
final class ZooConfig {
    /** Half of the book's, so that sessions of two seconds are granted and a failover can be watched. */
    private static final int TICK_MS = 1_000;

    private ZooConfig() {}

    static String text(EnsemblePlan plan, EnsemblePlan.Server server) {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "# Server " + server.number() + " of " + plan.size()
                        + ". Written at every start of 'twinkeeper ensemble':");
        line(text, "# what you change here is lost. data/myid says which of the servers this one is.");
        line(text, "");
        line(text, "# The unit of time, in ms. Sessions time out after 2 to 20 of them.");
        line(text, "tickTime=" + TICK_MS);
        line(text, "# Ticks that a follower has to join the leader, and to stay in touch with it.");
        line(text, "initLimit=10");
        line(text, "syncLimit=5");
        line(text, "# Each hour all but the newest three snapshots and their logs go: without this the disk fills.");
        line(text, "autopurge.snapRetainCount=3");
        line(text, "autopurge.purgeInterval=1");
        line(text, "dataDir=" + escaped(server.data().toString()));
        line(text, "");
        line(text, "# Where clients are taken; no admin server; the words that may be asked of the client port.");
        String port = plan.doors().tls() ? "secureClientPort" : "clientPort";
        line(text, port + "=" + server.clientPort());
        line(text, port + "Address=" + plan.doors().bind().getHostAddress());
        line(text, "maxClientCnxns=1000");
        line(text, "admin.enableServer=false");
        line(text, "4lw.commands.whitelist=srvr,ruok,stat,mntr,conf");
        if (plan.doors().secure()) {
            line(text, "");
            line(
                    text,
                    "# Who gives no credentials is turned away. Any credentials do: what keeps strangers out is the");
            line(text, "# ACL of the root, and of all that is made below it.");
            line(text, "enforce.auth.enabled=true");
            line(text, "enforce.auth.schemes=digest");
        }
        if (plan.doors().tls()) {
            line(text, "");
            line(
                    text,
                    "# TLS and nothing else, for clients and among servers: both sides show a certificate of our CA.");
            line(text, "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory");
            stores(text, "ssl.", plan);
            line(text, "ssl.clientAuth=need");
            if (!plan.standalone()) {
                line(text, "sslQuorum=true");
                stores(text, "ssl.quorum.", plan);
            }
        }
        if (!plan.standalone()) {
            line(text, "");
            line(text, "# All servers, the same lines in each zoo.cfg: the first port joins followers to the leader,");
            line(text, "# the second elects.");
            for (EnsemblePlan.Server each : plan.servers()) {
                line(text, "server." + each.number() + "=localhost:" + each.peerPort() + ":" + each.electionPort());
            }
        }
        return text.toString();
    }

    private static void stores(StringBuilder text, String prefix, EnsemblePlan plan) {
        line(
                text,
                prefix + "keyStore.location="
                        + escaped(plan.secrets().resolve(Certificates.SERVER).toString()));
        line(
                text,
                prefix + "trustStore.location="
                        + escaped(plan.secrets().resolve(Certificates.TRUST).toString()));
        String password = escaped(plan.secrets().resolve(Certificates.PASSWORD).toString());
        line(text, prefix + "keyStore.passwordPath=" + password);
        line(text, prefix + "trustStore.passwordPath=" + password);
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }

    /** ZooKeeper reads the file as Java properties: Latin-1, with the backslash as escape. */
    private static String escaped(String value) {
        StringBuilder text = new StringBuilder();
        for (char c : value.toCharArray()) {
            if (c == '\\') {
                text.append("\\\\");
            } else if (c < 0x20 || c > 0x7E) {
                text.append("\\u%04X".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
