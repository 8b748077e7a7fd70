package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.ClusterView.Holding;
import dev.twinkeeper.plan.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Masters with one flaw each. */
final class BrokenMasters {
    private BrokenMasters() {}

    /**
     * Not broken: assigns a new task the moment that the watch tells of it, on what the last round found. As every
     * event-driven master it acts on a memory, which the fence makes harmless.
     */
    static class Eager extends PlainMaster {
        private volatile WorkerId somebody;
        private ZooKeeper watched;

        Eager(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        /** Longer than its wire is held up: what it sent is to arrive late, and not to be given up. */
        @Override
        Duration requestTimeout() {
            return Duration.ofSeconds(15);
        }

        @Override
        boolean reigns() throws KeeperException, InterruptedException {
            boolean reigns = super.reigns();
            if (reigns && watched != zk) {
                watched = zk;
                zk.addWatch(layout.tasks(), this::onTask, AddWatchMode.PERSISTENT_RECURSIVE);
            }
            return reigns;
        }

        @Override
        void lookAtWorkers(ClusterView view) throws KeeperException, InterruptedException {
            super.lookAtWorkers(view);
            somebody = live.keySet().stream().findFirst().orElse(null);
        }

        private void onTask(WatchedEvent event) {
            WorkerId worker = somebody;
            if (event.getType() == Watcher.Event.EventType.NodeCreated
                    && layout.place(event.getPath()) instanceof Place.TaskNode node
                    && worker != null
                    && reign != null) {
                List<Op> operations = new ArrayList<>(fence());
                operations.add(assignment(worker, node.task()));
                send(operations);
            }
        }

        void send(List<Op> operations) {
            zk.multi(operations, (rc, path, ctx, results) -> answered(Code.get(rc), operations), null);
        }

        /** Whatever the answer: the next round sees what came of it. */
        void answered(Code answer, List<Op> operations) {}
    }

    /** Writes without a fence: it reigned when it decided, so it reigns when the write arrives, does it not? */
    static class UnfencedWriter extends Eager {
        UnfencedWriter(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Op> fence() {
            return List.of();
        }
    }

    /** Tries again what got no answer until it is done, in whatever session, as a retry policy does. */
    static final class TriesAgain extends UnfencedWriter {
        private static final Duration A_WHILE = Duration.ofMillis(20);

        TriesAgain(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        void answered(Code answer, List<Op> operations) {
            if (answer == Code.CONNECTIONLOSS || answer == Code.SESSIONEXPIRED) {
                loop.after(A_WHILE, () -> send(operations));
            }
        }
    }

    /** Checks {@code /master} but not the epoch: its version is 1 in every reign, the next master's as well. */
    static final class BlindToTheEpoch extends Eager {
        BlindToTheEpoch(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Op> fence() {
            return super.fence().subList(0, 1);
        }
    }

    /** Checks the epoch but not {@code /master}: a person who takes {@code /master} raises no epoch. */
    static final class BlindToMaster extends Eager {
        BlindToMaster(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Op> fence() {
            return super.fence().subList(1, 2);
        }
    }

    /** Takes {@code /master} as the book does, and raises no epoch: nothing tells its reign from another. */
    static final class ClaimsWithoutEpoch extends PlainMaster {
        ClaimsWithoutEpoch(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Op> claimOperations() {
            return super.claimOperations().subList(0, 1);
        }

        @Override
        boolean confirm(Stat master, Found epoch) {
            elected(new Reign(master.getVersion(), epoch.stat().getVersion()));
            return true;
        }
    }

    /** A LeaderLatch is its only lock. {@code /master} is a sign on the door that it never looks at again. */
    static final class LatchAlone extends Eager {
        private final CuratorFramework curator;
        private final LeaderLatch latch;

        LatchAlone(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
            int timeout = (int) settings.sessionTimeout().toMillis();
            curator = CuratorFrameworkFactory.newClient(
                    settings.connect().servers(), timeout, timeout, new RetryOneTime(100));
            latch = new LeaderLatch(curator, layout.root() + "/latch");
            curator.start();
            try {
                latch.start();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        boolean reigns() throws KeeperException, InterruptedException {
            if (reign != null) {
                return latch.hasLeadership();
            }
            boolean somebodysTurn = read(layout.master()).isPresent() || latch.hasLeadership();
            return somebodysTurn && super.reigns();
        }

        @Override
        List<Op> fence() {
            return List.of();
        }

        @Override
        void leave(CoordinationException why) {
            try {
                latch.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            curator.close();
            super.leave(why);
        }
    }

    /** Looks now and then whether anybody reigns, and watches nothing. */
    static final class SleepyStandby extends PlainMaster {
        /** Rounds, which makes half a minute: several times what "at once" may take. */
        private static final int SELDOM = 600;

        private int rounds;

        SleepyStandby(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        void round() throws KeeperException, InterruptedException {
            if (leadership() != Leadership.STANDBY || ++rounds % SELDOM == 0) {
                super.round();
            }
        }
    }

    /** Sees to the tasks that come in its own reign. Those from before it were somebody else's business. */
    static final class ForgetfulSuccessor extends PlainMaster {
        private final Set<TaskId> before = new HashSet<>();
        private boolean began;

        ForgetfulSuccessor(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Step> plan(ClusterView view, long now) {
            if (!began) {
                began = true;
                before.addAll(view.pending());
                before.addAll(view.stranded());
            }
            return super.plan(view, now).stream()
                    .filter(step -> !(step instanceof Step.Assign assign && before.contains(assign.task())))
                    .filter(step -> !(step instanceof Step.Move move && before.contains(move.task())))
                    .toList();
        }
    }

    /** Keeps in memory what is pending: a task that it has handed out once is off its list, whatever came of it. */
    static final class PendingInMemory extends PlainMaster {
        private final Set<TaskId> handedOut = new HashSet<>();

        PendingInMemory(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Step> plan(ClusterView view, long now) {
            return super.plan(view, now).stream()
                    .filter(step -> !(step instanceof Step.Assign assign) || handedOut.add(assign.task()))
                    .toList();
        }
    }

    /** Lists statuses before assignments: what is completed in between has neither, and is assigned again. */
    static final class StatusesFirst extends PlainMaster {
        /** What a list of many tasks takes. With few tasks it would be luck to be caught. */
        private static final Duration LONG_LIST = Duration.ofMillis(150);

        StatusesFirst(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        ClusterView look() throws KeeperException, InterruptedException {
            ClusterView view = newView();
            lookAtWorkers(view);
            lookAtTasks(view);
            LockSupport.parkNanos(LONG_LIST.toNanos());
            lookAtAssignments(view);
            lookAtLosses(view);
            return view;
        }
    }

    /** Plans from the look before the last one: its own assignments that are under way count as none. */
    static final class DoubleAssigner extends PlainMaster {
        private ClusterView before;

        DoubleAssigner(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        ClusterView look() throws KeeperException, InterruptedException {
            ClusterView old = before;
            before = super.look();
            return old == null ? super.look() : old;
        }
    }

    /** Leaves the tasks of lost workers where they are: the worker may come back. */
    static final class LeavesTheLostTheirTasks extends PlainMaster {
        LeavesTheLostTheirTasks(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        List<Step> plan(ClusterView view, long now) {
            return super.plan(view, now).stream()
                    .filter(step -> !(step instanceof Step.Move))
                    .toList();
        }
    }

    /** Keeps in memory how many workers were lost with a task: the next master begins at zero. */
    static final class CountsInMemory extends PlainMaster {
        CountsInMemory(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        void lookAtLosses(ClusterView view) {
            for (List<Holding> unread = view.takeUnread(); !unread.isEmpty(); unread = view.takeUnread()) {
                unread.forEach(view::lineHidden);
            }
        }
    }

    /** Gives every task to the first worker that is idle. */
    static final class AlwaysTheFirst extends PlainMaster {
        AlwaysTheFirst(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        void given(WorkerId worker) {}
    }

    /** Begins its reign by dealing anew: takes the tasks of live workers and gives each to another. */
    static final class NewBroom extends PlainMaster {
        private boolean began;

        NewBroom(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        ClusterView look() throws KeeperException, InterruptedException {
            ClusterView view = super.look();
            if (!began && !live.isEmpty()) {
                view.workerGone(live.keySet().iterator().next(), System.nanoTime());
                lookAtLosses(view);
            }
            began = true;
            return view;
        }
    }

    /** Removes a task as soon as it is completed. Who wanted to know should have been quicker. */
    static final class HastyTidier extends PlainMaster {
        HastyTidier(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        ClusterView newView() {
            return new ClusterView(settings.sessionTimeout().toNanos(), 0, settings.lostWorkers());
        }
    }

    /** Gives a worker as many tasks as there are. */
    static final class SlotsIgnored extends PlainMaster {
        SlotsIgnored(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        int slots(WorkerLine line) {
            return 1_000;
        }
    }

    /** Takes every name for one of ours. */
    static final class TripsOverForeignNames extends PlainMaster {
        TripsOverForeignNames(MasterId id, Settings settings, Listener listener) {
            super(id, settings, listener);
        }

        @Override
        void foreign(String path) {
            throw new IllegalArgumentException("unexpected znode " + path);
        }
    }
}
