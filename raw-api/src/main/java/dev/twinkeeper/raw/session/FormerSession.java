package dev.twinkeeper.raw.session;

import dev.twinkeeper.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * S4: a session that its client gave up by its own clock, and that the servers may still have. It is joined by its id
 * and password and closed, or a server says that it is over. Until then a request that was sent in it may still be
 * applied, and a read barrier of the next session tells nothing about it.
 *
 * <pre>
 * JOINING  connected          → CLOSING  on a thread of its own: close waits for the answer
 *          a server: expired  → OVER
 *          its clock: expired → JOINING  once more, with another handle
 *          no handle          → JOINING  after a second
 * CLOSING  closed             → JOINING  once more: a server says that it is over, or takes the close that was lost
 * </pre>
 */
final class FormerSession {
    private static final Logger log = LoggerFactory.getLogger(FormerSession.class);

    /** L6: what can't be had is asked for about once a second. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Connections connections;
    private final Loop loop;
    private final long id;
    private final byte[] password;
    private final Runnable over;

    private ZooKeeper zk;
    private int generation;
    private long since;
    private boolean closed;

    FormerSession(Connections connections, Loop loop, long id, byte[] password, Runnable over) {
        this.connections = connections;
        this.loop = loop;
        this.id = id;
        this.password = password;
        this.over = over;
    }

    void begin() {
        if (closed) {
            return;
        }
        int mine = ++generation;
        since = loop.now();
        try {
            zk = connections.join(id, password, event -> loop.post(() -> onState(mine, event.getState())));
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            log.warn("no handle yet to end session 0x{}", Long.toHexString(id), e);
            loop.after(PAUSE, this::begin);
        }
    }

    private void onState(int from, KeeperState state) {
        if (from != generation || closed) {
            return;
        }
        switch (state) {
            case SyncConnected -> end();
            case Expired -> {
                if (loop.now() - since < connections.sessionTimeout().toNanos() / 2) {
                    over();
                } else {
                    begin();
                }
            }
            case AuthFailed -> over();
            default -> {}
        }
    }

    private void over() {
        close();
        over.run();
    }

    private void end() {
        generation++;
        ZooKeeper joined = zk;
        Thread ending = new Thread(
                () -> {
                    Session.shut(joined);
                    loop.post(this::begin);
                },
                "ends a former session");
        ending.setDaemon(true);
        ending.start();
    }

    /** Nobody waits for its end any longer. A handle that went on to connect would keep the session alive for good. */
    void close() {
        closed = true;
        generation++;
        if (zk != null) {
            ZooKeeper joined = zk;
            Thread ending = new Thread(() -> Session.shut(joined), "gives up a former session");
            ending.setDaemon(true);
            ending.start();
        }
    }
}
