package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.StatusBytes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Workers with one flaw each. */
final class BrokenWorkers {
    private BrokenWorkers() {}

    /** Writes the status and leaves the assignment, as a person at zkCli does. Who is to know that it is still its own? */
    static final class NonConsuming extends PlainWorker {
        NonConsuming(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        void write(TaskId task, byte[] status) throws KeeperException, InterruptedException {
            zk.create(layout.status(task), status, acl(), CreateMode.PERSISTENT);
        }
    }

    /** Consumes the assignment, and then writes the status: in between the task looks pending. */
    static final class TwoSteps extends PlainWorker {
        TwoSteps(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        void write(TaskId task, byte[] status) throws KeeperException, InterruptedException {
            zk.delete(layout.assignment(id, task), -1);
            zk.create(layout.status(task), status, acl(), CreateMode.PERSISTENT);
        }
    }

    /** Writes a status to begin with, and the real one afterwards. */
    static final class ChangesItsMind extends PlainWorker {
        ChangesItsMind(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        void write(TaskId task, byte[] status) throws KeeperException, InterruptedException {
            super.write(task, StatusBytes.failed("not finished yet"));
            zk.setData(layout.status(task), status, -1);
        }
    }

    /** Registered once, registered for ever. */
    static final class NeverRegistersAgain extends PlainWorker {
        NeverRegistersAgain(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        boolean register() throws KeeperException, InterruptedException {
            return registeredIn != 0 || super.register();
        }
    }

    /** Takes a znode of its name for its own, as PersistentNode does. */
    static final class AdoptsAForeignEphemeral extends PlainWorker {
        AdoptsAForeignEphemeral(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        boolean taken(Stat stat) {
            return confirmed();
        }
    }

    /** Takes the timeout of its own session for everybody's. */
    static final class WaitsByItsOwnTimeout extends PlainWorker {
        WaitsByItsOwnTimeout(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        byte[] holdersLine() {
            return null;
        }
    }

    /** Makes room for itself. */
    static final class Usurper extends PlainWorker {
        Usurper(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        boolean taken(Stat stat) throws KeeperException, InterruptedException {
            zk.delete(layout.worker(id), stat.getVersion());
            return false;
        }
    }

    /** Lists its assignments when the watch tells of a change. What changed while it was cut off nobody tells. */
    static final class SwallowsTheGap extends PlainWorker {
        private final AtomicBoolean changed = new AtomicBoolean(true);
        private Optional<List<String>> listed = Optional.empty();
        private ZooKeeper watched;

        SwallowsTheGap(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        Optional<List<String>> children(String path) throws KeeperException, InterruptedException {
            if (watched != zk) {
                watched = zk;
                zk.addWatch(
                        path,
                        event -> changed.compareAndSet(false, event.getType() != Watcher.Event.EventType.None),
                        AddWatchMode.PERSISTENT);
            }
            if (changed.getAndSet(false)) {
                listed = super.children(path);
            }
            return listed;
        }
    }

    /** After a lost connection begins all its tasks again, since it does not know any more what it was doing. */
    static final class BeginsAgain extends PlainWorker {
        BeginsAgain(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        void suspend() {
            jobs.clear();
        }
    }

    /** Does not know what to do when its handler throws, and ends. */
    static final class DiesOfItsHandler extends PlainWorker {
        DiesOfItsHandler(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        byte[] handle(TaskId id, byte[] command) {
            try {
                return execute(id, command);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        }
    }

    /** Closes without ending its session. */
    static final class LeavesItsEphemeral extends PlainWorker {
        /** Until long after the check, so that the session does not outlive the tests. */
        private static final Duration A_WHILE = Duration.ofSeconds(10);

        LeavesItsEphemeral(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        void closeSession() {
            CompletableFuture.delayedExecutor(A_WHILE.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(super::closeSession);
        }
    }

    /** Closes, and has a last word. */
    static final class TalksAfterItsClose extends PlainWorker {
        /** Not long after the close, and in any case before the check. */
        private static final Duration A_MOMENT = Duration.ofMillis(300);

        private final Listener listener;

        TalksAfterItsClose(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
            this.listener = listener;
        }

        @Override
        void closeSession() {
            super.closeSession();
            CompletableFuture.delayedExecutor(A_MOMENT.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> listener.on(new Event.Disconnected()));
        }
    }

    /** Asks again at once when it was refused. */
    static final class HotLoop extends PlainWorker {
        HotLoop(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
            super(id, settings, handler, listener);
        }

        @Override
        Duration afterARefusal() {
            return Duration.ZERO;
        }
    }
}
