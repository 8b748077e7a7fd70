package dev.twinkeeper.plan;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Enters observations of the tree, by path, into a {@link ClusterView}, and emits those that are an {@link Event}.
 * Every observation may be repeated. Not safe for several threads, as the view is not.
 */
public final class TreeObserver {
    private final Layout layout;
    private final ClusterView view;
    private final Consumer<Event> events;
    private final BiConsumer<String, String> setAside;

    /** @param setAside takes the path of a foreign znode, and the reason */
    public TreeObserver(Layout layout, ClusterView view, Consumer<Event> events, BiConsumer<String, String> setAside) {
        this.layout = layout;
        this.view = view;
        this.events = events;
        this.setAside = setAside;
    }

    /** A znode is there. For a worker call {@link #workerSeen}, since its data has to be read. */
    public void seen(String path, long now) {
        Place place = layout.place(path);
        if (place instanceof Place.AssignNode node) {
            view.parentSeen(node.worker(), now);
        } else if (place instanceof Place.AssignmentNode node) {
            view.assignmentSeen(node.worker(), node.task(), now);
        } else if (place instanceof Place.TaskNode node) {
            view.taskSeen(node.task());
        } else if (place instanceof Place.StatusNode node) {
            view.statusSeen(node.task(), now);
        } else if (place instanceof Place.Foreign) {
            setAside.accept(path, "no name of ours");
        }
    }

    /**
     * @param owner the session that the znode ends with, or 0
     * @param registration the zxid that created it
     */
    public void workerSeen(WorkerId worker, byte[] line, long owner, long registration) {
        int slots = WorkerLine.decode(line).slots();
        if (owner == 0) {
            setAside.accept(layout.worker(worker), "it is persistent, so no worker's session stands behind it");
        } else if (view.workerSeen(worker, slots, registration)) {
            events.accept(new Event.WorkerJoined(worker, slots));
        }
    }

    /** The znode is gone. */
    public void gone(String path, long now) {
        Place place = layout.place(path);
        if (place instanceof Place.WorkerNode node) {
            int unfinished = view.workerGone(node.worker(), now);
            if (unfinished >= 0) {
                events.accept(new Event.WorkerLost(node.worker(), unfinished));
            }
        } else if (place instanceof Place.AssignNode node) {
            view.parentGone(node.worker(), now);
        } else if (place instanceof Place.AssignmentNode node) {
            view.assignmentGone(node.worker(), node.task(), now);
        } else if (place instanceof Place.TaskNode node) {
            view.taskGone(node.task());
        }
    }

    /** A step of the reign of that epoch was committed: it is known here before any watch tells of it. */
    public void applied(Step step, long epoch, long now) {
        // What is made first: a task that moves is never without an assignment.
        for (Step.Write write : step.writes(layout, epoch)) {
            if (write.kind() == Step.Write.Kind.CREATE) {
                seen(write.path(), now);
            }
        }
        for (Step.Write write : step.writes(layout, epoch)) {
            if (write.kind() == Step.Write.Kind.DELETE) {
                gone(write.path(), now);
            }
        }
        step.news(layout, epoch).ifPresent(events);
        view.settled(step, now);
    }
}
