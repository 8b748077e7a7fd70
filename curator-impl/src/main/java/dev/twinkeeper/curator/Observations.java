package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.plan.ClusterView;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.GetChildrenResult;

/**
 * What a {@link TreeView} tells, entered into the {@link ClusterView} by the reign's own thread. The queue between them
 * has no bound, since a change that was dropped would never be seen; it dies with the reign.
 */
final class Observations {
    private final MasterRole role;
    private final Layout layout;
    private final ClusterView view;
    private final BlockingQueue<Participant.Blocking> queue = new LinkedBlockingQueue<>();

    Observations(MasterRole role, ClusterView view) {
        this.role = role;
        this.layout = role.layout;
        this.view = view;
    }

    /** From any thread: runs in {@link #apply}. */
    void post(Participant.Blocking observation) {
        queue.add(observation);
    }

    /** Enters all that is posted, and waits for the first of it. */
    void apply(long patienceNanos) throws Exception {
        Participant.Blocking next = queue.poll(patienceNanos, TimeUnit.NANOSECONDS);
        while (next != null) {
            next.run();
            next = queue.poll();
        }
    }

    /** Something stands there: all but a worker, whose line has to be read. */
    void seen(String path) {
        long now = System.nanoTime();
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
            role.setAside(path, "no name of ours");
        }
    }

    void workerSeen(Place.WorkerNode node, byte[] line, long owner) {
        int slots = WorkerLine.decode(line).slots();
        if (owner == 0) {
            role.setAside(layout.worker(node.worker()), "it is persistent, so no worker's session stands behind it");
        } else if (view.workerSeen(node.worker(), slots)) {
            role.tell(new Event.WorkerJoined(node.worker(), slots));
        }
    }

    void gone(String path) throws Reign.Over {
        long now = System.nanoTime();
        Place place = layout.place(path);
        if (place instanceof Place.WorkerNode node) {
            int unfinished = view.workerGone(node.worker(), now);
            if (unfinished >= 0) {
                role.tell(new Event.WorkerLost(node.worker(), unfinished));
            }
        } else if (place instanceof Place.AssignNode node) {
            view.parentGone(node.worker(), now);
        } else if (place instanceof Place.AssignmentNode node) {
            view.assignmentGone(node.worker(), node.task(), now);
        } else if (place instanceof Place.TaskNode node) {
            view.taskGone(node.task());
        } else if (place instanceof Place.Parent) {
            throw new Reign.Over(path + " was deleted");
        }
    }

    /**
     * Many tasks in one packet, by ZooKeeper's own handle, since Curator reads one znode a request. In the background:
     * then the answer comes behind all events that were sent before it, where a blocking one may overtake them (S2).
     */
    void readStatuses(List<TaskId> tasks) throws Exception {
        CompletableFuture<List<OpResult>> answer = new CompletableFuture<>();
        List<Op> reads =
                tasks.stream().map(task -> Op.getChildren(layout.task(task))).toList();
        role.connection.handle().multi(reads, (rc, path, ctx, found) -> answer.complete(found), null);
        List<OpResult> found = answer.get();
        if (found == null) {
            throw new Reign.Over("the connection is lost");
        }
        apply(0);
        for (int i = 0; i < tasks.size(); i++) {
            String path = layout.task(tasks.get(i));
            if (found.get(i) instanceof GetChildrenResult children) {
                children.getChildren().forEach(child -> seen(path + "/" + child));
            } else {
                gone(path);
            }
        }
    }
}
