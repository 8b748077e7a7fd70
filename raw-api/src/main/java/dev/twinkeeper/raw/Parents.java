package dev.twinkeeper.raw;

import dev.twinkeeper.layout.Layout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/**
 * Makes the persistent znodes that every role needs, where they are missing: one after the other, parents first. It
 * opens with a barrier, because the server that we reached may be behind the one of before, and a stale "not there"
 * would be acted on.
 */
final class Parents {
    private static final byte[] NO_DATA = {};

    private final Session session;
    private final Layout layout;
    private final Gate<?> gate;
    private final Deque<String> missing;
    private final Runnable done;
    private final Consumer<Code> failed;

    /** @param failed hears every code that is not the connection's, which is the session's to tell */
    Parents(Session session, Layout layout, Gate<?> gate, List<String> paths, Runnable done, Consumer<Code> failed) {
        this.session = session;
        this.layout = layout;
        this.gate = gate;
        this.missing = new ArrayDeque<>(paths);
        this.done = done;
        this.failed = failed;
    }

    void ensure() {
        session.readBarrier(gate.multi(this::onFresh), null);
    }

    private void onFresh(int rc, String path, Object ctx, List<OpResult> results) {
        switch (Gate.code(rc)) {
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> next();
        }
    }

    private void next() {
        if (missing.isEmpty()) {
            done.run();
        } else {
            session.zk().exists(missing.peek(), false, gate.stat(this::onLooked), null);
        }
    }

    private void onLooked(int rc, String path, Object ctx, Stat stat) {
        switch (Gate.code(rc)) {
            case OK -> advance();
            case NONODE ->
                session.zk()
                        .create(path, NO_DATA, session.acl(), CreateMode.PERSISTENT, gate.name(this::onCreated), null);
            case NOAUTH -> {
                // So it is there, and of the chroot's levels we need no more; what is below them we have to read.
                if (layout.root().startsWith(path)) {
                    advance();
                } else {
                    failed.accept(Code.NOAUTH);
                }
            }
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> failed.accept(Gate.code(rc));
        }
    }

    private void onCreated(int rc, String path, Object ctx, String name) {
        switch (Gate.code(rc)) {
            case OK, NODEEXISTS -> advance();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> failed.accept(Gate.code(rc));
        }
    }

    private void advance() {
        missing.remove();
        next();
    }
}
