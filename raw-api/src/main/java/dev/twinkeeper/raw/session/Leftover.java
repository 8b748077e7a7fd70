package dev.twinkeeper.raw.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;

/**
 * Removes ephemerals whose owner has ended while its session lives on for others: they are looked for and deleted,
 * again after each reconnect, until none is left or the session is over.
 *
 * <pre>
 * AWAY      connected        → REMOVING  barrier, list, and of each: whose is it? delete it
 * REMOVING  none is left     → OVER
 *           throttled        → REMOVING  after a pause, from the list
 *           refused          → OVER      the session is ended, and they go with it
 *           connection lost  → AWAY
 * any       expired          → OVER
 * </pre>
 */
final class Leftover implements Session.Listener {
    private enum Phase {
        AWAY,
        REMOVING,
        OVER
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.AWAY, Set.of(Phase.REMOVING, Phase.OVER),
            Phase.REMOVING, Set.of(Phase.AWAY, Phase.OVER));

    private final Session session;
    private final String parent;
    private final Predicate<String> ours;
    private final Runnable done;
    private final PhaseGuard<Phase> guard;

    Leftover(Session session, String parent, Predicate<String> ours, Runnable done) {
        this.session = session;
        this.parent = parent;
        this.ours = ours;
        this.done = done;
        this.guard = new PhaseGuard<>("leftovers of " + parent, session.loop(), Phase.AWAY, TRANSITIONS);
    }

    void begin() {
        session.add(this);
    }

    @Override
    public void connected() {
        guard.enter(Phase.REMOVING);
        session.readBarrier(guard, this::list);
    }

    @Override
    public void disconnected() {
        guard.enter(Phase.AWAY);
    }

    @Override
    public void expired(long old) {
        over();
    }

    @Override
    public void failed(Code code, String why) {
        over();
    }

    private void list() {
        session.zk().getChildren(parent, false, guard.children(this::onListed), null);
    }

    private void onListed(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> remove(new ArrayDeque<>(names.stream().filter(ours).toList()));
            case NONODE -> over();
            default -> refused(code);
        }
    }

    private void remove(Deque<String> left) {
        if (left.isEmpty()) {
            over();
        } else {
            String path = parent + "/" + left.peek();
            session.zk().exists(path, false, guard.stat((code, stat) -> onLooked(code, path, stat, left)), null);
        }
    }

    private void onLooked(Code code, String path, Stat stat, Deque<String> left) {
        switch (code) {
            case OK -> {
                if (session.owns(stat.getEphemeralOwner())) {
                    session.zk().delete(path, -1, guard.done(deleted -> onDeleted(deleted, left)), null);
                } else {
                    next(left);
                }
            }
            case NONODE -> next(left);
            default -> refused(code);
        }
    }

    private void onDeleted(Code code, Deque<String> left) {
        switch (code) {
            case OK, NONODE -> next(left);
            default -> refused(code);
        }
    }

    private void next(Deque<String> left) {
        left.remove();
        remove(left);
    }

    /** A server that has too much to do says nothing about what we may: others would lose their session for it. */
    private void refused(Code code) {
        if (code == Code.THROTTLEDOP) {
            session.loop().after(Session.PAUSE, guard.pass(this::list));
        } else {
            over();
            session.renew();
        }
    }

    private void over() {
        if (!guard.in(Phase.OVER)) {
            guard.enter(Phase.OVER);
            session.remove(this);
            done.run();
        }
    }
}
