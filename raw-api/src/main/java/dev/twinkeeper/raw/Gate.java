package dev.twinkeeper.raw;

import dev.twinkeeper.loop.Loop;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
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
    private final Loop loop;
    private final Map<P, Set<P>> transitions;

    private P phase;
    private long entered;

    /** @param transitions which phase may follow which; whatever is not named is a mistake */
    Gate(String who, Loop loop, P first, Map<P, Set<P>> transitions) {
        this.who = who;
        this.loop = loop;
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

    /** The code of a reply; one that this client does not know counts as a system error. */
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
        loop.post(() -> runIfStill(asked, reply));
    }

    // One adapter for each kind of callback. Their bodies run on ZooKeeper's event thread, which they leave at once.

    VoidCallback reply(VoidCallback then) {
        long asked = entered;
        return (rc, path, ctx) -> admit(asked, () -> then.processResult(rc, path, ctx));
    }

    StatCallback stat(StatCallback then) {
        long asked = entered;
        return (rc, path, ctx, stat) -> admit(asked, () -> then.processResult(rc, path, ctx, stat));
    }

    DataCallback data(DataCallback then) {
        long asked = entered;
        return (rc, path, ctx, data, stat) -> admit(asked, () -> then.processResult(rc, path, ctx, data, stat));
    }

    Children2Callback children(Children2Callback then) {
        long asked = entered;
        return (rc, path, ctx, names, stat) -> admit(asked, () -> then.processResult(rc, path, ctx, names, stat));
    }

    StringCallback name(StringCallback then) {
        long asked = entered;
        return (rc, path, ctx, name) -> admit(asked, () -> then.processResult(rc, path, ctx, name));
    }

    MultiCallback multi(MultiCallback then) {
        long asked = entered;
        return (rc, path, ctx, results) -> admit(asked, () -> then.processResult(rc, path, ctx, results));
    }
}
