package dev.twinkeeper.raw.session;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;

/** The one place where a client, its configuration and an ACL come from. */
public class Connections {
    /**
     * The largest answer that we accept: a list of about 1.5 million tasks. The client's default of one mebibyte ends
     * at about 55,000, and looks like a lost connection.
     */
    static final int LARGEST_ANSWER = 64 << 20;

    /** Bounds the one synchronous call there is, close: a swallowed reply would hang it for ever. */
    private static final int CLOSE_TIMEOUT_MS = 3_000;

    /**
     * As whom a client speaks, over what, and who may do what to the znodes that it makes.
     *
     * @param scheme of the credentials: {@code digest}; null for nobody in particular
     * @param credentials what {@link ZooKeeper#addAuthInfo} takes
     * @param acl by the path; an ArrayList or the like: ZooKeeper asks it whether it holds null, which {@code List.of}
     *     answers by throwing
     * @param client properties of ZooKeeper's client, those of TLS for instance
     */
    public record Access(
            String scheme, byte[] credentials, Function<String, List<ACL>> acl, Map<String, String> client) {
        /** As nobody in particular, over plain TCP, and everybody may do everything. */
        public static final Access OPEN = new Access(null, null, Ids.OPEN_ACL_UNSAFE, Map.of());

        /** The same ACL for every path. */
        public Access(String scheme, byte[] credentials, List<ACL> acl, Map<String, String> client) {
            this(scheme, credentials, path -> acl, client);
        }
    }

    private final String servers;
    private final Duration sessionTimeout;
    private final Access access;

    /**
     * @param servers as ZooKeeper's clients take it, without a chroot: {@code host:2181,host:2182}
     * @param sessionTimeout that is asked for; the ensemble may grant another
     */
    public Connections(String servers, Duration sessionTimeout, Access access) {
        this.servers = servers;
        this.sessionTimeout = sessionTimeout;
        this.access = access;
    }

    /** With {@link Access#OPEN}. */
    public Connections(String servers, Duration sessionTimeout) {
        this(servers, sessionTimeout, Access.OPEN);
    }

    Access access() {
        return access;
    }

    String servers() {
        return servers;
    }

    Duration sessionTimeout() {
        return sessionTimeout;
    }

    /** Opens a new session, in the background. */
    ZooKeeper open(Watcher watcher) throws IOException {
        return authenticated(new ZooKeeper(servers, (int) sessionTimeout.toMillis(), watcher, config()));
    }

    /** Joins a session that there is, in the background. */
    ZooKeeper join(long session, byte[] password, Watcher watcher) throws IOException {
        StaticHostProvider hosts = new StaticHostProvider(new ConnectStringParser(servers).getServerAddresses());
        int timeout = (int) sessionTimeout.toMillis();
        return authenticated(new ZooKeeper(servers, timeout, watcher, session, password, false, hosts, config()));
    }

    /** The credentials are sent with each new connection, before any request. */
    private ZooKeeper authenticated(ZooKeeper zk) {
        if (access.scheme() != null) {
            zk.addAuthInfo(access.scheme(), access.credentials());
        }
        return zk;
    }

    private ZKClientConfig config() {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(CLOSE_TIMEOUT_MS));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        access.client().forEach(config::setProperty);
        return config;
    }
}
