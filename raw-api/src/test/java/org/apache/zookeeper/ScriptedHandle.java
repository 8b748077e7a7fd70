package org.apache.zookeeper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.jute.Record;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.client.HostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;

/**
 * A ZooKeeper client without a connection: what is asked waits here until the test answers it. In this package because
 * that is where the client lets its connection be replaced.
 */
public final class ScriptedHandle extends ZooKeeper {
    private static final int TIMEOUT_MS = 6_000;

    private final Watcher session;
    private final long id;
    private boolean closed;

    /** Set by a constructor of the superclass, by way of {@link #createConnection}. */
    private ScriptedConnection connection;

    private ScriptedHandle(long id, Watcher session) throws IOException {
        super("127.0.0.1:1", TIMEOUT_MS, session);
        this.session = session;
        this.id = id;
        connection.handle = this;
    }

    public static ScriptedHandle of(long id, Watcher session) {
        try {
            return new ScriptedHandle(id, session);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    ClientCnxn createConnection(
            String chroot,
            HostProvider hosts,
            int timeout,
            ZKClientConfig config,
            Watcher watcher,
            ClientCnxnSocket socket,
            boolean readOnly)
            throws IOException {
        connection = new ScriptedConnection(chroot, hosts, timeout, config, watcher, socket);
        return connection;
    }

    /** Has the session's watcher hear that state. */
    public void become(Watcher.Event.KeeperState state) {
        session.process(new WatchedEvent(Watcher.Event.EventType.None, state, null));
    }

    /** The oldest request that has no answer yet; it must be that one. */
    public Asked next(String what) {
        if (connection.asked.isEmpty()) {
            throw new AssertionError(what + " expected, and nothing is asked");
        }
        Asked asked = connection.asked.remove();
        if (!asked.toString().equals(what)) {
            throw new AssertionError(what + " expected, not " + asked);
        }
        return asked;
    }

    /** All that is asked and has no answer yet. */
    public List<String> asked() {
        return connection.asked.stream().map(Asked::toString).toList();
    }

    /** Forgets what is asked, as a lost connection does. */
    public List<Asked> lose() {
        List<Asked> lost = List.copyOf(connection.asked);
        connection.asked.clear();
        return lost;
    }

    public boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    @Override
    public States getState() {
        return closed ? States.CLOSED : States.CONNECTED;
    }

    private static final class ScriptedConnection extends ClientCnxn {
        private final Deque<Asked> asked = new ArrayDeque<>();
        private ScriptedHandle handle;

        ScriptedConnection(
                String chroot,
                HostProvider hosts,
                int timeout,
                ZKClientConfig config,
                Watcher watcher,
                ClientCnxnSocket socket)
                throws IOException {
            super(chroot, hosts, timeout, config, watcher, socket, false);
        }

        @Override
        public void start() {}

        @Override
        public long getSessionId() {
            return handle.id;
        }

        @Override
        public int getSessionTimeout() {
            return TIMEOUT_MS;
        }

        @Override
        public Packet queuePacket(
                RequestHeader header,
                ReplyHeader reply,
                Record request,
                Record response,
                AsyncCallback callback,
                String clientPath,
                String serverPath,
                Object context,
                ZooKeeper.WatchRegistration watch,
                WatchDeregistration unwatch) {
            asked.add(new Asked(describe(header.getType(), clientPath, request), callback, clientPath, request));
            return null;
        }
    }

    private static String describe(int type, String path, Record request) {
        if (!(request instanceof MultiOperationRecord multi)) {
            return name(type) + " " + path;
        }
        List<String> parts = new ArrayList<>();
        multi.forEach(op -> parts.add(name(op.getType()) + " " + op.getPath()));
        return String.join(", ", parts);
    }

    private static String name(int type) {
        return switch (type) {
            case OpCode.create, OpCode.create2 -> "create";
            case OpCode.check -> "check";
            case OpCode.delete -> "delete";
            case OpCode.exists -> "exists";
            case OpCode.getData -> "getData";
            case OpCode.setData -> "setData";
            case OpCode.getChildren, OpCode.getChildren2 -> "getChildren";
            case OpCode.addWatch -> "addWatch";
            case OpCode.removeWatches -> "removeWatches";
            default -> "operation " + type;
        };
    }
}
