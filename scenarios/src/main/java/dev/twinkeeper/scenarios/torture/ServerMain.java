package dev.twinkeeper.scenarios.torture;

import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** ZooKeeper's own main, on a tether. */
public final class ServerMain {
    private ServerMain() {}

    public static void main(String[] arguments) {
        Tether.tie();
        QuorumPeerMain.main(arguments);
    }
}
