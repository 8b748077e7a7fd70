package dev.twinkeeper.raw;

import static dev.twinkeeper.loop.RoleLife.PAUSE;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.plan.Step;
import dev.twinkeeper.raw.session.ChildrenWatch;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;

/**
 * The part of a {@link Census} that is about {@code /tasks}, and the statuses below.
 *
 * <p>The recursive watch tells of statuses, a list of {@code /tasks} does not. So while that is listed, a task is looked
 * at when its assignment has ended, when it is to be given to a worker, and now and then while a worker holds it: a
 * person may have written its status (S2). A look reads many tasks in one packet.
 */
final class TaskCensus implements ChildrenWatch.Owner {
    /** Of the tasks that workers hold, so many are looked at in a second. */
    private static final int HELD_LOOKS = 1_000;

    /** Where this many tasks are pending, nobody waits for a new one. */
    private static final int PLENTY = 500;

    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** A list of /tasks costs about a microsecond a name, all told: no more than a fifth of the time is for lists. */
    private static final Duration NAME = Duration.ofNanos(5_000);

    private final Census census;
    private final MasterRole role;
    private final Layout layout;
    private final ChildrenWatch watch;

    /** Those that are to be looked at, of all that were held when this was filled. */
    private final Deque<TaskId> held = new ArrayDeque<>();

    /** Of those, how many are asked about; there is no next look before the last answer. */
    private int heldAsked;

    private boolean known;

    TaskCensus(Census census, MasterRole role) {
        this.census = census;
        this.role = role;
        this.layout = role.layout;
        this.watch = new ChildrenWatch(
                role.who, role.session, role.announcer::answered, layout.tasks(), role.treeWatcher, this);
    }

    void begin() {
        census.send(watch::begin);
    }

    void remove() {
        watch.remove();
    }

    void on(WatchedEvent event) {
        watch.on(event);
    }

    @Override
    public void listed(List<String> names) {
        Set<TaskId> there = new HashSet<>(2 * names.size());
        for (String name : names) {
            String path = layout.tasks() + "/" + name;
            if (layout.place(path) instanceof Place.TaskNode node) {
                there.add(node.task());
            } else {
                role.announcer.setAside(path, "no name of ours");
            }
        }
        census.lists.tasks(there);
        if (!known) {
            known = true;
            look(List.copyOf(there), looked -> {});
            census.answered();
        }
        census.changed();
    }

    @Override
    public void changed(WatchedEvent event) {
        Place place = layout.place(event.getPath());
        if (event.getType() == EventType.NodeDeleted && place instanceof Place.Parent) {
            missing();
        } else if (event.getType() == EventType.NodeDeleted) {
            census.observer.gone(event.getPath(), role.loop.now());
        } else {
            census.observer.seen(event.getPath(), role.loop.now());
        }
        if (event.getType() == EventType.NodeCreated && place instanceof Place.TaskNode node) {
            census.lists.noStatus(node.task(), watch.watchNumber());
        }
        census.changed();
    }

    @Override
    public void missing() {
        census.fail("do without " + layout.tasks(), Code.NONODE);
    }

    @Override
    public void refused(Code code) {
        census.fail("read " + layout.tasks(), code);
    }

    @Override
    public Duration patience(int children) {
        boolean plenty = census.view.pending().size() >= PLENTY;
        return plenty ? LONGEST : NAME.multipliedBy(children);
    }

    /**
     * S2: no assignment follows a status. And none is taken away from a task that is only not listed yet. Runs that at once
     * where the watch would have told; else after a look, and with false where the plan is to be made anew: because of what
     * the look found, or of what the watch told of another task meanwhile.
     */
    void confirm(List<Step> steps, Consumer<Boolean> then) {
        List<TaskId> given = tasks(steps, step -> step instanceof Step.Assign || step instanceof Step.Move)
                .toList();
        List<TaskId> released = tasks(steps, step -> step instanceof Step.Release)
                .filter(task -> !census.lists.isPresent(task))
                .toList();
        List<TaskId> unsure = Stream.concat(
                        given.stream().filter(task -> census.lists.mayHaveStatus(task, watch.watchNumber())),
                        released.stream())
                .toList();
        if (unsure.isEmpty()) {
            then.accept(true);
            return;
        }
        look(
                unsure,
                looked -> then.accept(given.stream().allMatch(census.lists::isUnfinished)
                        && released.stream().noneMatch(census.lists::isPresent)));
    }

    private static Stream<TaskId> tasks(List<Step> steps, Predicate<Step> which) {
        return steps.stream().filter(which).map(step -> ((Step.OfTask) step).task());
    }

    /** Once a second: an assignment is left where a person wrote the status, and no list tells of that. */
    void lookAtHeld() {
        if (heldAsked > 0) {
            return;
        }
        if (held.isEmpty()) {
            held.addAll(census.lists.held());
        }
        List<TaskId> some = new ArrayList<>();
        while (!held.isEmpty() && some.size() < HELD_LOOKS) {
            TaskId task = held.remove();
            if (census.lists.mayHaveStatus(task, watch.watchNumber())) {
                some.add(task);
            }
        }
        heldAsked = some.size();
        look(some, looked -> heldAsked -= looked.size());
    }

    /** Learns which of these have a status, and which are gone; then runs that, for each packet. */
    void look(List<TaskId> tasks, Consumer<List<TaskId>> then) {
        int most = role.settings.batch();
        for (int from = 0; from < tasks.size(); from += most) {
            List<TaskId> some = tasks.subList(from, Math.min(from + most, tasks.size()));
            census.send(() -> read(some, then));
        }
    }

    private void read(List<TaskId> tasks, Consumer<List<TaskId>> then) {
        int number = watch.watchNumber();
        List<Op> reads =
                tasks.stream().map(task -> Op.getChildren(layout.task(task))).toList();
        role.zk().multi(reads, census.guard.multi((code, results) -> onRead(tasks, number, then, code, results)), null);
    }

    /** Each read of the packet has a result of its own: one that finds nothing spoils nothing else. */
    private void onRead(
            List<TaskId> tasks, int number, Consumer<List<TaskId>> then, Code code, List<OpResult> results) {
        if (code == Code.THROTTLEDOP) {
            role.loop.after(PAUSE, census.guard.pass(() -> read(tasks, then)));
            return;
        }
        if (results == null) {
            census.fail("read " + layout.tasks(), code);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            TaskId task = tasks.get(i);
            if (results.get(i) instanceof OpResult.GetChildrenResult children) {
                census.view.taskSeen(task);
                census.lists.noStatus(task, number);
                for (String child : children.getChildren()) {
                    census.observer.seen(layout.task(task) + "/" + child, role.loop.now());
                }
            } else {
                if (((OpResult.ErrorResult) results.get(i)).getErr() != Code.NONODE.intValue()) {
                    // S2: it may have a status that we can't see.
                    role.announcer.setAside(layout.task(task), "it may not be read");
                }
                census.view.taskGone(task);
            }
        }
        then.accept(tasks);
        census.changed();
        census.answered();
    }
}
