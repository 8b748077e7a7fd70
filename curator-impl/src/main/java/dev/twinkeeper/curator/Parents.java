package dev.twinkeeper.curator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Makes the persistent znodes that every role needs, where they are missing. The chroot above them is Curator's to make.
 * It opens with a barrier, because the server that we reached may be behind the one of before, and a stale "not
 * there" would be acted on; Curator never does that by itself.
 */
final class Parents {
    private final Session session;
    private final Gate<?> gate;
    private final Deque<String> missing;
    private final Runnable done;
    private final Consumer<Code> failed;

    /** @param failed hears every code that is not the connection's, which is the session's to tell */
    Parents(Session session, Gate<?> gate, List<String> paths, Runnable done, Consumer<Code> failed) {
        this.session = session;
        this.gate = gate;
        this.missing = new ArrayDeque<>(paths);
        this.done = done;
        this.failed = failed;
    }

    void ensure() {
        session.ask(client -> Session.readBarrier(client, gate.reply(this::onFresh), null));
    }

    private void onFresh(CuratorEvent event) {
        switch (Gate.code(event)) {
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> next();
        }
    }

    private void next() {
        if (missing.isEmpty()) {
            done.run();
        } else {
            session.ask(client -> client.checkExists()
                    .inBackground(gate.reply(this::onLooked))
                    .forPath(missing.peek()));
        }
    }

    private void onLooked(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK -> advance();
            // Looked at first: below a chroot that is locked, a create is refused before it finds the znode there.
            case NONODE ->
                session.ask(client -> client.create()
                        .creatingParentsIfNeeded()
                        .inBackground(gate.reply(this::onCreated))
                        .forPath(event.getPath()));
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> failed.accept(Gate.code(event));
        }
    }

    private void onCreated(CuratorEvent event) {
        switch (Gate.code(event)) {
            case OK, NODEEXISTS -> advance();
            case CONNECTIONLOSS, SESSIONEXPIRED -> {}
            default -> failed.accept(Gate.code(event));
        }
    }

    private void advance() {
        missing.remove();
        next();
    }
}
