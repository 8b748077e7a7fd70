package dev.twinkeeper.curator;

import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phase of a state machine, and the way in for its replies: a callback that goes through the gate runs on the loop,
 * and only while the phase is still the one that asked. A reply to an earlier phase is dropped, since that phase's
 * question is no longer open; whoever entered the next one begins it by reading.
 *
 * @param <P> the phases
 */
final class Gate<P extends Enum<P>> {
    private static final Logger log = LoggerFactory.getLogger(Gate.class);

    private final String who;
    private final Session session;
    private final Map<P, Set<P>> transitions;

    private P phase;
    private long entered;

    /** @param transitions which phase may follow which; whatever is not named is a mistake */
    Gate(String who, Session session, P first, Map<P, Set<P>> transitions) {
        this.who = who;
        this.session = session;
        this.phase = first;
        this.transitions = transitions;
    }

    boolean in(P which) {
        return phase == which;
    }

    /**
     * The one place where the phase changes. Replies that are still under way will find the gate closed, also where a
     * phase begins again.
     */
    void enter(P next) {
        if (next != phase && !transitions.getOrDefault(phase, Set.of()).contains(next)) {
            throw new IllegalStateException(who + ": " + phase + " may not become " + next);
        }
        log.debug("{}: {} -> {}", who, phase, next);
        phase = next;
        entered++;
    }

    /** The code of a reply. */
    static Code code(CuratorEvent event) {
        return code(event.getResultCode());
    }

    /** One that this client does not know counts as a system error. */
    static Code code(int rc) {
        Code code = Code.get(rc);
        return code == null ? Code.SYSTEMERROR : code;
    }

    /** Runs it on the loop if the phase is then still this one. For timers; the callbacks below do the same. */
    Runnable pass(Runnable then) {
        long asked = entered;
        return () -> runIfStill(asked, then);
    }

    private void runIfStill(long asked, Runnable then) {
        if (entered == asked) {
            then.run();
        }
    }

    private void admit(long asked, Runnable reply) {
        session.answered(() -> runIfStill(asked, reply));
    }

    /** One adapter for all of Curator's callbacks. Its body runs on ZooKeeper's event thread, which it leaves at once. */
    BackgroundCallback reply(Consumer<CuratorEvent> then) {
        long asked = entered;
        session.expect();
        return (client, event) -> admit(asked, () -> then.accept(event));
    }

    /** And one for what Curator does not offer, see {@link Census}. */
    MultiCallback multi(MultiCallback then) {
        long asked = entered;
        session.expect();
        return (rc, path, ctx, results) -> admit(asked, () -> then.processResult(rc, path, ctx, results));
    }
}
