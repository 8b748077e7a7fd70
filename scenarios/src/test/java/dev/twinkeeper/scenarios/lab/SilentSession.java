package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.layout.Layout;
import java.time.Duration;
import java.util.ArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** A session that the servers have while its client is cut off: for longer than any test lasts. */
public final class SilentSession {
    public static final Duration TIMEOUT = Ensemble.MAX_SESSION_TIMEOUT;

    private static final Duration CONNECTED = Duration.ofSeconds(10);

    private final Ensemble ensemble;
    private final Wire wire;
    private final Operator operator;
    private final ZooKeeper handle;
    private final String ephemeral;

    public SilentSession(Ensemble ensemble) throws Exception {
        this.ensemble = ensemble;
        this.wire = new Wire(ensemble);
        this.operator = new Operator(ensemble.connectString(), new Layout(""));
        this.handle = new ZooKeeper(wire.connectString(), (int) TIMEOUT.toMillis(), event -> {});
        BoundedWait.until("it is connected", CONNECTED, () -> handle.getState().isConnected());
        this.ephemeral = handle.create(
                "/silent-", new byte[0], new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE), CreateMode.EPHEMERAL_SEQUENTIAL);
        wire.cut();
    }

    public ZooKeeper handle() {
        return handle;
    }

    /** Whether the servers have it. */
    public boolean isAlive() {
        return operator.exists(ephemeral);
    }

    public void expire() {
        Sessions.expire(ensemble.connectString(), wire.session().orElseThrow());
    }

    public void close() {
        BoundedWait.async("close", () -> {
            handle.close();
            return true;
        });
        operator.close();
        wire.close();
    }
}
