package dev.twinkeeper.raw.session;

import dev.twinkeeper.loop.Loop;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.AsyncCallback.VoidCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phase of a state machine, and the only way for replies to reach it. A callback that comes through the guard runs
 * on the loop, and only while the phase is still the one that asked: a reply to an earlier phase is dropped, because
 * nobody waits for it any more.
 *
 * <p>A lost connection ends here. A reply that only reports the loss is dropped too: the session reports it, and when
 * the connection is back the state machine enters a phase that begins by reading.
 *
 * @param <P> the phases
 */
public final class PhaseGuard<P extends Enum<P>> {
    /** A reply about a znode's data. */
    @FunctionalInterface
    public interface DataReply {
        void on(Code code, byte[] data, Stat stat);
    }

    /** A reply about a znode's children. */
    @FunctionalInterface
    public interface ChildrenReply {
        void on(Code code, List<String> names, Stat stat);
    }

    private static final Logger log = LoggerFactory.getLogger(PhaseGuard.class);

    /** What says nothing about the request but that its outcome is unknown. */
    private static final Set<Code> LOST = EnumSet.of(Code.CONNECTIONLOSS, Code.SESSIONEXPIRED, Code.SESSIONMOVED);

    private final String who;
    private final Loop loop;
    private final Map<P, Set<P>> transitions;
    private final LongConsumer answered;

    private P phase;
    private long entered;

    /** @param transitions which phase may follow which; whatever is not named is a mistake */
    public PhaseGuard(String who, Loop loop, P first, Map<P, Set<P>> transitions) {
        this(who, loop, first, transitions, nanos -> {});
    }

    /** @param answered hears of each reply how many nanoseconds after the request it came, on the loop */
    public PhaseGuard(String who, Loop loop, P first, Map<P, Set<P>> transitions, LongConsumer answered) {
        this.who = who;
        this.loop = loop;
        this.phase = first;
        this.transitions = transitions;
        this.answered = answered;
    }

    public boolean in(P which) {
        return phase == which;
    }

    /** The phase that is on. */
    public P phase() {
        return phase;
    }

    /**
     * The one place where the phase changes. Replies that are still under way are dropped from now on, also where a
     * phase begins again.
     *
     * @throws IllegalStateException where the table has no such transition
     */
    public void enter(P next) {
        if (next != phase && !transitions.getOrDefault(phase, Set.of()).contains(next)) {
            throw new IllegalStateException(who + ": " + phase + " may not become " + next);
        }
        log.debug("{}: {} -> {}", who, phase, next);
        phase = next;
        entered++;
    }

    /** The code of a reply, or of an operation in a transaction; one that this client does not know is a system error. */
    public static Code code(int rc) {
        Code code = Code.get(rc);
        return code == null ? Code.SYSTEMERROR : code;
    }

    /** Runs it if the phase is then still this one. For timers; the callbacks below do the same. */
    public Runnable pass(Runnable then) {
        long asked = entered;
        return () -> runIfStill(asked, then);
    }

    private void runIfStill(long asked, Runnable then) {
        if (entered == asked) {
            then.run();
        }
    }

    /** What a reply is for: the phase that asked, and when. A callback is made where its request is sent. */
    private record Asked(long entered, long at) {}

    private Asked asked() {
        return new Asked(entered, loop.now());
    }

    private void admit(Asked asked, int rc, Consumer<Code> reply) {
        Code code = code(rc);
        if (LOST.contains(code)) {
            return;
        }
        long took = loop.now() - asked.at;
        loop.post(() -> {
            answered.accept(took);
            runIfStill(asked.entered, () -> reply.accept(code));
        });
    }

    // One adapter for each kind of callback. Their bodies run on ZooKeeper's event thread, which they leave at once.

    public VoidCallback done(Consumer<Code> then) {
        Asked asked = asked();
        return (rc, path, ctx) -> admit(asked, rc, then);
    }

    public StatCallback stat(BiConsumer<Code, Stat> then) {
        Asked asked = asked();
        return (rc, path, ctx, stat) -> admit(asked, rc, code -> then.accept(code, stat));
    }

    public DataCallback data(DataReply then) {
        Asked asked = asked();
        return (rc, path, ctx, data, stat) -> admit(asked, rc, code -> then.on(code, data, stat));
    }

    public Children2Callback children(ChildrenReply then) {
        Asked asked = asked();
        return (rc, path, ctx, names, stat) -> admit(asked, rc, code -> then.on(code, names, stat));
    }

    public StringCallback name(BiConsumer<Code, String> then) {
        Asked asked = asked();
        return (rc, path, ctx, name) -> admit(asked, rc, code -> then.accept(code, name));
    }

    public MultiCallback multi(BiConsumer<Code, List<OpResult>> then) {
        Asked asked = asked();
        return (rc, path, ctx, results) -> admit(asked, rc, code -> then.accept(code, results));
    }
}
