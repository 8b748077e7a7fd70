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
        line(text, "# Clients of this machine only; no admin server; the words that may be asked of the client port.");
        line(text, "clientPort=" + server.clientPort());
        line(text, "clientPortAddress=127.0.0.1");
        line(text, "maxClientCnxns=1000");
        line(text, "admin.enableServer=false");
        line(text, "4lw.commands.whitelist=srvr,ruok,stat,mntr,conf");
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
