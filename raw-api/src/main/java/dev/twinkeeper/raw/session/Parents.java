package dev.twinkeeper.raw.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Makes the persistent znodes that a role or a recipe needs, where they are missing: one after the other, parents first.
 * What is there is not made: that would cost a transaction, and a permission above it that we may not have.
 */
public final class Parents {
    private final Session session;
    private final PhaseGuard<?> guard;
    private final Deque<String> missing;
    private final Predicate<String> mayBeHidden;
    private final Runnable done;
    private final BiConsumer<String, Code> failed;

    /**
     * @param mayBeHidden of which it is enough that they are there: a level that may not be read is there
     * @param failed hears which could not be made, and why
     */
    public Parents(
            Session session,
            PhaseGuard<?> guard,
            List<String> paths,
            Predicate<String> mayBeHidden,
            Runnable done,
            BiConsumer<String, Code> failed) {
        this.session = session;
        this.guard = guard;
        this.missing = new ArrayDeque<>(paths);
        this.mayBeHidden = mayBeHidden;
        this.done = done;
        this.failed = failed;
    }

    /**
     * A barrier first: the server that we reached may be behind the one of before, and a stale "not there" would be acted
     * on.
     */
    public void ensure() {
        session.readBarrier(guard, this::make);
    }

    /** For callers that have passed a barrier. */
    public void make() {
        if (missing.isEmpty()) {
            done.run();
        } else {
            session.zk().exists(missing.peek(), false, guard.stat((code, stat) -> onLooked(code)), null);
        }
    }

    private void onLooked(Code code) {
        if (code == Code.OK || code == Code.NOAUTH && mayBeHidden.test(missing.peek())) {
            advance();
        } else if (code == Code.NONODE) {
            create(missing.peek());
        } else {
            failed.accept(missing.peek(), code);
        }
    }

    private void create(String path) {
        session.zk()
                .create(
                        path,
                        new byte[0],
                        session.acl(path),
                        CreateMode.PERSISTENT,
                        guard.name((code, name) -> onCreated(code)),
                        null);
    }

    private void onCreated(Code code) {
        switch (code) {
            case OK, NODEEXISTS -> advance();
            default -> failed.accept(missing.peek(), code);
        }
    }

    private void advance() {
        missing.remove();
        make();
    }
}
