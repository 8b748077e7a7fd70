package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which worker has which tasks, by the log. It comes after the other checks in a replay, so that they see it as it was
 * before a change.
 */
final class WorkerRoster implements Check {
    /** A worker by its name, over all its sessions. */
    static final class Post {
        final WorkerId worker;
        boolean registered;
        int slots;

        /** How many times it registered so far. */
        int registrations;

        final Set<TaskId> assigned = new HashSet<>();

        Post(WorkerId worker) {
            this.worker = worker;
        }

        boolean hasFreeSlot() {
            return registered && assigned.size() < slots;
        }
    }

    private final Layout layout;
    private final Map<WorkerId, Post> posts = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));

    /** Tasks without a status, and how many assignments each has. */
    private final Map<TaskId, Integer> unfinished = new HashMap<>();

    private int pending;

    WorkerRoster(Layout layout) {
        this.layout = layout;
    }

    Collection<Post> posts() {
        return posts.values();
    }

    Post post(WorkerId worker) {
        return posts.computeIfAbsent(worker, Post::new);
    }

    boolean isUnfinished(TaskId task) {
        return unfinished.containsKey(task);
    }

    /** How many tasks have neither an assignment nor a status. */
    int pending() {
        return pending;
    }

    int unfinished() {
        return unfinished.size();
    }

    /** Where a task is, for a person. */
    String whereabouts(TaskId task) {
        for (Post post : posts.values()) {
            if (post.assigned.contains(task)) {
                return "it is with " + post.worker.name() + (post.registered ? "" : ", which is not registered");
            }
        }
        return unfinished.containsKey(task) ? "it is with nobody" : "it is gone";
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (change instanceof Change.SessionClosed closed) {
            closed.paths().forEach(path -> gone(layout.place(path)));
        } else if (change instanceof Change.Delete) {
            gone(place);
        } else if (change instanceof Change.Create create) {
            came(create, place);
        }
    }

    private void came(Change.Create create, Place place) {
        if (place instanceof Place.WorkerNode worker) {
            Post post = post(worker.worker());
            post.registered = true;
            post.registrations++;
            post.slots = WorkerLine.decode(create.data().bytes()).slots();
        } else if (place instanceof Place.AssignmentNode assignment) {
            post(assignment.worker()).assigned.add(assignment.task());
            count(assignment.task(), 1);
        } else if (place instanceof Place.TaskNode task) {
            unfinished.put(task.task(), 0);
            pending++;
        } else if (place instanceof Place.StatusNode status) {
            finished(status.task());
        }
    }

    private void gone(Place place) {
        if (place instanceof Place.WorkerNode worker) {
            post(worker.worker()).registered = false;
        } else if (place instanceof Place.AssignmentNode assignment) {
            post(assignment.worker()).assigned.remove(assignment.task());
            count(assignment.task(), -1);
        } else if (place instanceof Place.TaskNode task) {
            finished(task.task());
        }
    }

    private void count(TaskId task, int more) {
        Integer before = unfinished.get(task);
        if (before != null) {
            unfinished.put(task, before + more);
            pending += (before + more == 0 ? 1 : 0) - (before == 0 ? 1 : 0);
        }
    }

    private void finished(TaskId task) {
        Integer assignments = unfinished.remove(task);
        pending -= assignments != null && assignments == 0 ? 1 : 0;
    }
}
