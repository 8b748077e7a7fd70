package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** The one place where a client configuration and an ACL come from. */
final class Connections {
    /**
     * The largest answer that we accept: a list of about 1.5 million tasks. The client's default of one mebibyte ends
     * at about 55,000, and looks like a lost connection.
     */
    private static final int LARGEST_ANSWER = 64 << 20;

    /** Bounds the one synchronous call there is, close: a swallowed reply would hang it for ever. */
    private static final int CLOSE_TIMEOUT_MS = 3_000;

    private Connections() {}

    /** Opens a new session, in the background. */
    static ZooKeeper open(Settings settings, Watcher watcher) throws IOException {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(CLOSE_TIMEOUT_MS));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        settings.security().client().forEach(config::setProperty);
        int timeout = (int) settings.sessionTimeout().toMillis();
        ZooKeeper zk = new ZooKeeper(settings.connect().servers(), timeout, watcher, config);
        // Sent with each new connection, before any request.
        settings.security().credentials().ifPresent(own -> zk.addAuthInfo(own.scheme(), own.bytes()));
        return zk;
    }

    /** Who may do what to a znode that we make. */
    static List<ACL> acl(Settings settings) {
        List<ACL> acl = new ArrayList<>();
        settings.security().acl().forEach(grant -> acl.add(new ACL(Perms.ALL, new Id(grant.scheme(), grant.id()))));
        return acl; // not List.of: ZooKeeper asks such a list whether it holds null, which throws
    }
}
