package dev.twinkeeper.raw;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.ClusterView.Holding;
import dev.twinkeeper.plan.Step;
import dev.twinkeeper.plan.TreeLists;
import dev.twinkeeper.plan.TreeObserver;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Window;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.WatcherType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * How a reign learns the tree and follows its changes: watches, lists, then what the watches tell. Each part of the tree
 * is watched before it is listed; {@link AssignmentCensus} and {@link TaskCensus} are about two of them.
 *
 * <p>The order is a rule. {@code /assign/*} is listed before the tasks' statuses: the other way round a task that is
 * completed in between would look pending, and would be assigned after its status (S2). Watch events that arrive
 * meanwhile are applied as they come; ZooKeeper delivers events and replies of one session in one order, so the last
 * news of each znode is the newest.
 *
 * <p>Recursive watches and reads of many znodes in one packet keep the cost at one list for each parent and one packet
 * for each {@code batch} of tasks, however many there are. Afterwards a parent is listed again only while that costs less
 * than the events would.
 */
final class Census {
    private enum Phase {
        COUNTING,
        OVER
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(Phase.COUNTING, Set.of(Phase.OVER));

    final PhaseGuard<?> guard;
    final ClusterView view;
    final TreeLists lists;
    final TreeObserver observer;

    private final MasterRole role;
    private final Layout layout;
    private final ZooKeeper zk;
    private final PhaseGuard<Phase> phases;
    private final Window window;
    private final AssignmentCensus assignments;
    private final TaskCensus tasks;
    private final Runnable complete;
    private final Runnable changed;
    private final BiConsumer<String, Code> failed;

    /** What is still to be listed, stage by stage; empty when the census is complete. */
    private final Deque<Runnable> stages = new ArrayDeque<>();

    private boolean told;

    /** One question at a time: under load the next one gathers meanwhile. */
    private boolean asking;

    /**
     * @param complete runs once, when all is listed
     * @param changed runs whenever the view may have changed
     * @param failed hears what could not be read; the reign can't go on
     */
    Census(MasterRole role, ClusterView view, Runnable complete, Runnable changed, BiConsumer<String, Code> failed) {
        this.role = role;
        this.layout = role.layout;
        this.zk = role.zk();
        this.phases = new PhaseGuard<>(
                role.who + " census", role.loop, Phase.COUNTING, TRANSITIONS, role.announcer::answered);
        this.guard = phases;
        this.window = new Window(role.settings.window());
        this.view = view;
        this.lists = new TreeLists(view);
        this.observer = new TreeObserver(layout, view, role.announcer::tell, role.announcer::setAside);
        this.assignments = new AssignmentCensus(this, role);
        this.tasks = new TaskCensus(this, role);
        this.complete = complete;
        this.changed = changed;
        this.failed = failed;
    }

    void begin() {
        stages.add(this::watchWorkers);
        stages.add(this::listWorkers);
        stages.add(assignments::list);
        stages.add(tasks::begin);
        stages.add(this::ask);
        nextStage();
    }

    /** Drops what is under way, and the watches: a standby has no use for the events of the whole tree. */
    void end() {
        phases.enter(Phase.OVER);
        // As in Outcomes.
        zk.removeAllWatches(layout.workers(), WatcherType.Any, false, (rc, path, ctx) -> {}, null);
        assignments.remove();
        tasks.remove();
    }

    private void nextStage() {
        while (window.isIdle() && !stages.isEmpty()) {
            stages.remove().run();
        }
        if (window.isIdle() && stages.isEmpty() && !told) {
            told = true;
            complete.run();
        }
    }

    // For the parts.

    /** As soon as there is room; {@link #answered} follows. */
    void send(Runnable request) {
        window.send(request);
    }

    /** Ends every reply: there is room for the next request, and perhaps the stage is done. */
    void answered() {
        window.answered();
        nextStage();
    }

    void changed() {
        changed.run();
    }

    void fail(String what, Code code) {
        failed.accept(what, code);
    }

    // Who is there.

    // region watch the workers
    private void watchWorkers() {
        window.send(() -> zk.addWatch(
                layout.workers(),
                role.treeWatcher,
                AddWatchMode.PERSISTENT_RECURSIVE,
                guard.done(this::onWatched),
                null));
    }

    private void onWatched(Code code) {
        if (code == Code.OK) {
            answered();
        } else {
            fail("read " + layout.workers(), code);
        }
    }

    private void listWorkers() {
        window.send(() -> zk.getChildren(layout.workers(), false, guard.children(this::onWorkers), null));
    }

    private void onWorkers(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> {
                names.forEach(name -> seen(layout.workers() + "/" + name));
                answered();
            }
            default -> fail("read " + layout.workers(), code);
        }
    }
    // endregion

    private void seen(String path) {
        if (layout.place(path) instanceof Place.WorkerNode node) {
            readWorker(node.worker());
        } else {
            observer.seen(path, role.loop.now());
        }
    }

    private void readWorker(WorkerId worker) {
        window.send(() -> zk.getData(
                layout.worker(worker),
                false,
                guard.data((code, data, stat) -> onWorker(worker, code, data, stat)),
                null));
    }

    private void onWorker(WorkerId worker, Code code, byte[] data, Stat stat) {
        String path = layout.worker(worker);
        switch (code) {
            case OK -> {
                observer.workerSeen(worker, data, stat.getEphemeralOwner(), stat.getCzxid());
                changed();
                answered();
            }
            case NONODE -> answered();
            case NOAUTH -> {
                role.announcer.setAside(path, "it may not be read");
                answered();
            }
            default -> fail("read " + path, code);
        }
    }

    // Ever after: the watches tell.

    void onTreeChanged(WatchedEvent event) {
        Place place = layout.place(event.getPath());
        if (event.getPath().startsWith(layout.tasks())) {
            tasks.on(event);
        } else if (event.getPath().startsWith(layout.assign())) {
            assignments.on(event);
        } else if (event.getType() == EventType.NodeDeleted && place instanceof Place.Parent) {
            fail("do without " + event.getPath(), Code.NONODE);
        } else if (event.getType() == EventType.NodeDeleted) {
            observer.gone(event.getPath(), role.loop.now());
            changed();
        } else if (event.getType() == EventType.NodeCreated || event.getType() == EventType.NodeDataChanged) {
            seen(event.getPath());
        }
    }

    /** The reign wrote this: where a parent is listed, nothing tells of it in time. */
    void applied(Step step, long epoch) {
        observer.applied(step, epoch, role.loop.now());
    }

    /** There is one that we don't know: nothing told of it, or not yet. */
    void listParents() {
        assignments.list();
    }

    /** Tells whether these may be written now. */
    void confirm(List<Step> steps, Consumer<Boolean> then) {
        tasks.confirm(steps, then);
    }

    /** Once a second. */
    void lookAtHeld() {
        tasks.lookAtHeld();
    }

    /**
     * What a plan waits for. S2: was a task completed or only unassigned? Its status tells, which is written with the end
     * of its assignment. Mostly it is here when this is called, a few events behind, and nothing has to be asked.
     */
    void ask() {
        for (List<Holding> unread = view.takeUnread(); !unread.isEmpty(); unread = view.takeUnread()) {
            readLines(unread);
        }
        if (!asking) {
            List<TaskId> doubts = view.takeDoubts();
            asking = !doubts.isEmpty();
            tasks.look(doubts, this::onAsked);
        }
    }

    private void onAsked(List<TaskId> doubts) {
        asking = false;
        view.believe(doubts);
    }

    /** What the assignments of lost workers say of losses before. */
    private void readLines(List<Holding> holdings) {
        List<Op> reads = holdings.stream()
                .map(holding -> Op.getData(layout.assignment(holding.worker(), holding.task())))
                .toList();
        window.send(() -> zk.multi(reads, guard.multi((code, results) -> onLines(holdings, code, results)), null));
    }

    private void onLines(List<Holding> holdings, Code code, List<OpResult> results) {
        if (results == null) {
            fail("read " + layout.assign(), code);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            Holding holding = holdings.get(i);
            if (results.get(i) instanceof OpResult.GetDataResult line) {
                view.lineRead(holding, line.getData(), line.getStat().getMzxid());
            } else if (((OpResult.ErrorResult) results.get(i)).getErr() == Code.NONODE.intValue()) {
                lists.noAssignment(holding.worker(), holding.task(), role.loop.now());
            } else {
                role.announcer.setAside(layout.assignment(holding.worker(), holding.task()), "it may not be read");
                view.lineHidden(holding);
            }
        }
        changed();
        answered();
    }
}
