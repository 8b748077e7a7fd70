package dev.twinkeeper.scenarios.torture;

import org.apache.zookeeper.server.quorum.QuorumPeerMain;

/** ZooKeeper's own main, that ends with its parent. */
public final class ServerMain {
    private ServerMain() {}

    public static void main(String[] arguments) {
        ParentWatch.tie();
        QuorumPeerMain.main(arguments);
    }
}
