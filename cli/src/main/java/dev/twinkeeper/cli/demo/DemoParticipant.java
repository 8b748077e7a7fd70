package dev.twinkeeper.cli.demo;

import dev.twinkeeper.scenarios.lab.BoundedWait;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Somebody with a plain ZooKeeper client on a wire of its own, who says what it does and what it is told. */
final class DemoParticipant implements AutoCloseable {
    private static final int ANY_VERSION = -1;

    private static final Duration CONNECT = Duration.ofSeconds(20);

    private final DemoContext context;
    private final String name;
    private final ZooKeeper client;

    /** What the session's watcher heard, in order. */
    private final List<Watcher.Event.KeeperState> states = new CopyOnWriteArrayList<>();

    /** What watches told, in order: {@code NodeDataChanged /path}. */
    private final List<String> events = new CopyOnWriteArrayList<>();

    DemoParticipant(DemoContext context, String name, Duration sessionTimeout) throws IOException {
        this.context = context;
        this.name = name;
        client = context.authenticated(
                new ZooKeeper(context.wire(name).connectString(), (int) sessionTimeout.toMillis(), this::onState));
        BoundedWait.until(name + " is connected", CONNECT, () -> !states.isEmpty());
    }

    private void onState(WatchedEvent event) {
        if (event.getType() == Watcher.Event.EventType.None) {
            if (!states.isEmpty() && event.getState() != Watcher.Event.KeeperState.Closed) {
                context.tell(name, "is told: " + event.getState());
            }
            states.add(event.getState());
        }
    }

    /** For watches: tells of events, and not of the connection. */
    void onEvent(WatchedEvent event) {
        if (event.getType() != Watcher.Event.EventType.None) {
            context.tell(name, "is told: " + event.getType() + " " + event.getPath());
            events.add(event.getType() + " " + event.getPath());
        }
    }

    ZooKeeper client() {
        return client;
    }

    /** Waits until this is the newest that it was told; the client's own state is behind that. */
    void untilTold(Watcher.Event.KeeperState state) {
        context.until(name + " is told " + state, DemoContext.SUCCESSION, () -> states.get(states.size() - 1) == state);
    }

    boolean wasTold(Watcher.Event.KeeperState state) {
        return states.contains(state);
    }

    List<String> events() {
        return events;
    }

    String session() {
        return "0x" + Long.toHexString(client.getSessionId());
    }

    /** Creates it, and says so as zkCli would have it. */
    String create(String path, String data, CreateMode mode) throws KeeperException, InterruptedException {
        String flags = (mode.isEphemeral() ? " -e" : "") + (mode.isSequential() ? " -s" : "");
        String made = client.create(path, data.getBytes(StandardCharsets.UTF_8), context.acl(), mode);
        context.tell(name, "create" + flags + " " + path + (made.equals(path) ? "" : "  →  " + made));
        return made;
    }

    /** Reads it with a one-shot watch; returns its stat. */
    Stat readAndWatch(String path) throws KeeperException, InterruptedException {
        // A read barrier: her server may be behind the one that took the operator's change.
        client.multi(List.of(Op.check(path, ANY_VERSION)));
        Stat stat = new Stat();
        String data = new String(client.getData(path, this::onEvent, stat), StandardCharsets.UTF_8);
        context.tell(name, "get -w " + path + "  →  '" + data + "', version " + stat.getVersion());
        return stat;
    }

    /** Ends the session in good order. */
    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
