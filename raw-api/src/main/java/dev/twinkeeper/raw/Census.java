package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.plan.ClusterView;
import dev.twinkeeper.plan.ClusterView.Holding;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Window;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
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
 * How a reign learns the tree and follows its changes: first watches, then lists, then the events of the watches.
 *
 * <p>The order is a rule. {@code /assign/*} is listed before the tasks' statuses: the other way round a task that is
 * completed in between would look pending, and would be assigned after its status (S2). Watch events that arrive
 * meanwhile are applied as they come; ZooKeeper delivers events and replies of one session in one order, so the last
 * news of each znode is the newest.
 *
 * <p>Recursive watches and reads of many znodes in one packet keep the cost at one list for each parent and one packet
 * for each {@code batch} of tasks, however many there are; afterwards nothing is listed again.
 */
final class Census {
    private enum Phase {
        COUNTING,
        OVER
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(Phase.COUNTING, Set.of(Phase.OVER));

    private final MasterRole role;
    private final Layout layout;
    private final ZooKeeper zk;
    private final PhaseGuard<Phase> guard;
    private final Window window;
    private final ClusterView view;
    private final Runnable complete;
    private final Runnable changed;
    private final BiConsumer<String, Code> failed;

    /** What is still to be listed, stage by stage; empty when the census is complete. */
    private final Deque<Runnable> stages = new ArrayDeque<>();

    private boolean told;

    /**
     * @param complete runs once, when all is listed
     * @param changed runs whenever the view may have changed
     * @param failed hears what could not be read; the reign can't go on
     */
    Census(MasterRole role, ClusterView view, Runnable complete, Runnable changed, BiConsumer<String, Code> failed) {
        this.role = role;
        this.layout = role.layout;
        this.zk = role.zk();
        this.guard = new PhaseGuard<>(
                role.who + " census", role.loop, Phase.COUNTING, TRANSITIONS, role.announcer::answered);
        this.window = new Window(role.settings.window());
        this.view = view;
        this.complete = complete;
        this.changed = changed;
        this.failed = failed;
    }

    void begin() {
        stages.add(this::watch);
        stages.add(this::listWorkers);
        stages.add(this::listAssignments);
        stages.add(this::listTasks);
        stages.add(this::ask);
        nextStage();
    }

    /** Drops what is under way, and the watches: a standby has no use for the events of the whole tree. */
    void end() {
        guard.enter(Phase.OVER);
        for (String parent : watched()) {
            // As in Outcomes.
            zk.removeAllWatches(parent, WatcherType.Any, false, (rc, path, ctx) -> {}, null);
        }
    }

    private List<String> watched() {
        return List.of(layout.workers(), layout.assign(), layout.tasks());
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

    /** Ends every reply: there is room for the next request, and perhaps the stage is done. */
    private void answered() {
        window.answered();
        nextStage();
    }

    // Stage 1: watches.

    // region watch the workers
    private void watch() {
        for (String parent : watched()) {
            window.send(() -> zk.addWatch(
                    parent,
                    role.treeWatcher,
                    AddWatchMode.PERSISTENT_RECURSIVE,
                    guard.done(code -> onWatched(code, parent)),
                    null));
        }
    }

    private void onWatched(Code code, String path) {
        if (code == Code.OK) {
            answered();
        } else {
            failed.accept("read " + path, code);
        }
    }

    // Stage 2: who is there.

    private void listWorkers() {
        window.send(() -> zk.getChildren(layout.workers(), false, guard.children(this::onWorkers), null));
    }

    private void onWorkers(Code code, List<String> names, Stat stat) {
        String path = layout.workers();
        switch (code) {
            case OK -> {
                for (String name : names) {
                    seen(path + "/" + name);
                }
                answered();
            }
            default -> failed.accept("read " + path, code);
        }
    }
    // endregion

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
                if (stat.getEphemeralOwner() == 0) {
                    role.announcer.setAside(path, "it is persistent, so no worker's session stands behind it");
                } else {
                    joined(worker, WorkerLine.decode(data).slots(), stat.getCzxid());
                }
                answered();
            }
            case NONODE -> answered();
            case NOAUTH -> {
                role.announcer.setAside(path, "it may not be read");
                answered();
            }
            default -> failed.accept("read " + path, code);
        }
    }

    private void joined(WorkerId worker, int slots, long registration) {
        if (view.workerSeen(worker, slots, registration)) {
            role.announcer.tell(new Event.WorkerJoined(worker, slots));
        }
        changed.run();
    }

    // Stage 3: what is taken.

    private void listAssignments() {
        window.send(() -> zk.getChildren(layout.assign(), false, guard.children(this::onAssign), null));
    }

    private void onAssign(Code code, List<String> names, Stat stat) {
        String path = layout.assign();
        switch (code) {
            case OK -> {
                for (String name : names) {
                    seen(path + "/" + name);
                    listAssignmentsOf(path + "/" + name);
                }
                answered();
            }
            default -> failed.accept("read " + path, code);
        }
    }

    private void listAssignmentsOf(String parent) {
        window.send(() -> zk.getChildren(
                parent, false, guard.children((code, names, stat) -> onAssignments(parent, code, names)), null));
    }

    private void onAssignments(String path, Code code, List<String> names) {
        switch (code) {
            case OK -> {
                for (String name : names) {
                    seen(path + "/" + name);
                }
                answered();
            }
            case NONODE -> answered();
            default -> failed.accept("read " + path, code);
        }
    }

    // Stage 4: what there is to do, and what has been done; many tasks in one packet.

    private void listTasks() {
        window.send(() -> zk.getChildren(layout.tasks(), false, guard.children(this::onTasks), null));
    }

    private void onTasks(Code code, List<String> names, Stat stat) {
        String path = layout.tasks();
        switch (code) {
            case OK -> {
                List<TaskId> batch = new ArrayList<>();
                for (String name : names) {
                    seen(path + "/" + name);
                    if (layout.place(path + "/" + name) instanceof Place.TaskNode node) {
                        batch.add(node.task());
                    }
                    if (batch.size() == role.settings.batch()) {
                        readStatuses(batch);
                        batch = new ArrayList<>();
                    }
                }
                readStatuses(batch);
                answered();
            }
            default -> failed.accept("read " + path, code);
        }
    }

    private void readStatuses(List<TaskId> tasks) {
        if (!tasks.isEmpty()) {
            List<Op> reads = tasks.stream()
                    .map(task -> Op.getChildren(layout.task(task)))
                    .toList();
            window.send(() -> zk.multi(reads, guard.multi((code, results) -> onStatuses(tasks, code, results)), null));
        }
    }

    /** Each read of the packet has a result of its own: one that finds nothing spoils nothing else. */
    private void onStatuses(List<TaskId> tasks, Code code, List<OpResult> results) {
        if (results == null) {
            failed.accept("read " + layout.tasks(), code);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.GetChildrenResult children) {
                for (String child : children.getChildren()) {
                    seen(layout.task(tasks.get(i)) + "/" + child);
                }
            } else if (((OpResult.ErrorResult) results.get(i)).getErr() != Code.NONODE.intValue()) {
                // S2: it may have a status that we can't see.
                role.announcer.setAside(layout.task(tasks.get(i)), "it may not be read");
                view.taskGone(tasks.get(i));
            }
        }
        answered();
    }

    // Ever after: the watches tell.

    void onTreeChanged(WatchedEvent event) {
        if (event.getType() == EventType.NodeDeleted) {
            gone(event.getPath());
        } else {
            seen(event.getPath());
        }
        changed.run();
    }

    /**
     * What a plan waits for. S2: was a task completed or only unassigned? Any reply to a question of now comes after the
     * events that tell. Mostly the status is here when this is called, a few events behind, and nothing has to be asked.
     */
    void ask() {
        for (List<Holding> unread = view.takeUnread(); !unread.isEmpty(); unread = view.takeUnread()) {
            readLines(unread);
        }
        List<TaskId> doubts = view.takeDoubts();
        if (!doubts.isEmpty()) {
            window.send(
                    () -> zk.exists(layout.assign(), false, guard.stat((code, stat) -> onAsked(doubts, code)), null));
        }
    }

    private void onAsked(List<TaskId> doubts, Code code) {
        switch (code) {
            case OK -> {
                view.believe(doubts);
                changed.run();
                answered();
            }
            default -> failed.accept("read " + layout.assign(), code);
        }
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
            failed.accept("read " + layout.assign(), code);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            Holding holding = holdings.get(i);
            if (results.get(i) instanceof OpResult.GetDataResult line) {
                view.lineRead(holding, line.getData(), line.getStat().getMzxid());
            } else if (((OpResult.ErrorResult) results.get(i)).getErr() != Code.NONODE.intValue()) {
                role.announcer.setAside(layout.assignment(holding.worker(), holding.task()), "it may not be read");
                view.lineHidden(holding);
            }
        }
        changed.run();
        answered();
    }

    /** A znode stands there, by a list or by an event. */
    private void seen(String path) {
        long now = role.loop.now();
        Place place = layout.place(path);
        if (place instanceof Place.WorkerNode node) {
            readWorker(node.worker());
        } else if (place instanceof Place.AssignNode node) {
            view.parentSeen(node.worker(), now);
        } else if (place instanceof Place.AssignmentNode node) {
            view.assignmentSeen(node.worker(), node.task(), now);
        } else if (place instanceof Place.TaskNode node) {
            view.taskSeen(node.task());
        } else if (place instanceof Place.StatusNode node) {
            view.statusSeen(node.task(), now);
        } else if (place instanceof Place.Foreign) {
            role.announcer.setAside(path, "no name of ours");
        }
    }

    private void gone(String path) {
        long now = role.loop.now();
        Place place = layout.place(path);
        if (place instanceof Place.WorkerNode node) {
            int unfinished = view.workerGone(node.worker(), now);
            if (unfinished >= 0) {
                role.announcer.tell(new Event.WorkerLost(node.worker(), unfinished));
            }
        } else if (place instanceof Place.AssignNode node) {
            view.parentGone(node.worker(), now);
        } else if (place instanceof Place.AssignmentNode node) {
            view.assignmentGone(node.worker(), node.task(), now);
        } else if (place instanceof Place.TaskNode node) {
            view.taskGone(node.task());
        } else if (place instanceof Place.Parent) {
            failed.accept("do without " + path, Code.NONODE);
        }
    }
}
