package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.curator.RetryPolicy;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/**
 * The one place where a client configuration and an ACL come from. Curator's defaults are made for those who call, wait
 * and try again; where one of them would break a rule or mislead, it is taken back here, with its reason.
 */
final class Connections {
    /**
     * The largest answer that we accept: a list of about 1.5 million tasks. The client's default of one mebibyte ends
     * at about 55,000, and looks like a lost connection.
     */
    private static final int LARGEST_ANSWER = 64 << 20;

    /** Bounds the synchronous calls there are, close and Curator's making of parents: a swallowed reply would hang them. */
    private static final int CLOSE_TIMEOUT_MS = 3_000;

    /** How long close waits for ZooKeeper's two threads and Curator's one to end. */
    private static final int THREADS_END_MS = 1_000;

    /**
     * What was sent is never sent again. Curator's policies repeat a request on the lost connection's heels, also in a
     * new session: a sequential create would make a second task (S4), and an assignment of before the outage would
     * commit after the census of the same reign, beside another one of the same task (S2). A lost answer comes to the
     * callback as CONNECTIONLOSS instead, and the phase begins again by reading.
     */
    private static final RetryPolicy NEVER = (retries, elapsedMs, sleeper) -> false;

    /**
     * What was not yet sent, because the connection is lost, waits for the next. With a bound here, the clean-up that
     * Curator's recipes guarantee would fail, begin anew in the same instant, and so on down the stack (L6). Curator logs
     * a warning that this is longer than a session; so it is.
     */
    private static final int UNTIL_CONNECTED = Integer.MAX_VALUE;

    private Connections() {}

    /** Makes a client for sessions, one after the other; nothing is sent before it is started. */
    static CuratorFramework make(Settings settings) {
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
                .connectString(settings.connect().servers())
                .sessionTimeoutMs((int) settings.sessionTimeout().toMillis())
                .connectionTimeoutMs(UNTIL_CONNECTED)
                .waitForShutdownTimeoutMs(THREADS_END_MS)
                .maxCloseWaitMs(THREADS_END_MS)
                .retryPolicy(NEVER)
                // It would leave the servers that we were given for those in the ensemble's own configuration.
                .ensembleTracker(false)
                // An emptied container is reaped, and the next create below it fails.
                .dontUseContainerParents()
                // Else a znode that is made without data holds this machine's address.
                .defaultData(new byte[0])
                .aclProvider(acl(settings))
                .zookeeperFactory((servers, timeout, watcher, readOnly) -> open(settings, servers, timeout, watcher));
        settings.security().credentials().ifPresent(own -> builder.authorization(own.scheme(), own.bytes()));
        return builder.build();
    }

    /** L5: where there are no threads left, ZooKeeper throws an Error, for which Curator would never try again. */
    private static ZooKeeper open(Settings settings, String servers, int timeout, Watcher watcher) throws IOException {
        try {
            return new Handle(settings, servers, timeout, watcher);
        } catch (OutOfMemoryError e) {
            throw new IOException("no new handle", e);
        }
    }

    /**
     * A session that lasts for ever, as far as Curator knows. When a connection stays lost for as long as the session
     * timeout, Curator throws the session away by its own clock, and opens another one while the first may live on and a
     * request of it be still on its way. LOST shall mean what it means to ZooKeeper's own client: that the
     * ensemble ended the session, or was not heard of for a third longer still. Before that, "not there" is not the last
     * word on a submit (S4). The setting for it, {@code simulatedSessionExpirationPercent}, refuses zero.
     */
    @SuppressWarnings("try") // ZooKeeper's close may be interrupted, which javac warns of in each subclass
    private static final class Handle extends ZooKeeper {
        Handle(Settings settings, String servers, int timeout, Watcher watcher) throws IOException {
            super(servers, timeout, watcher, config(settings));
        }

        @Override
        public int getSessionTimeout() {
            return Integer.MAX_VALUE;
        }

        Duration granted() {
            return Duration.ofMillis(super.getSessionTimeout());
        }
    }

    /** What the servers granted, which is not always what was asked for. */
    static Duration grantedTimeout(ZooKeeper handle) {
        return ((Handle) handle).granted();
    }

    private static ZKClientConfig config(Settings settings) {
        ZKClientConfig config = new ZKClientConfig();
        config.setProperty(ZKConfig.JUTE_MAXBUFFER, String.valueOf(LARGEST_ANSWER));
        config.setProperty(ZKClientConfig.ZOOKEEPER_REQUEST_TIMEOUT, String.valueOf(CLOSE_TIMEOUT_MS));
        config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "false");
        settings.security().client().forEach(config::setProperty);
        return config;
    }

    /** Who may do what to a znode that we make; Curator asks it for those of its recipes, too. */
    private static ACLProvider acl(Settings settings) {
        List<ACL> acl = new ArrayList<>();
        settings.security().acl().forEach(grant -> acl.add(new ACL(Perms.ALL, new Id(grant.scheme(), grant.id()))));
        return new ACLProvider() {
            @Override
            public List<ACL> getDefaultAcl() {
                return acl;
            }

            @Override
            public List<ACL> getAclForPath(String path) {
                return acl;
            }
        };
    }
}
