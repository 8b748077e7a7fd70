package dev.twinkeeper.layout;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All paths of the tree; no other code spells a path. The chroot is a prefix here, not a feature of the connection, so
 * a role can create it, and an event has the same path as the request.
 */
public final class Layout {
    /** The name of a task's one child. */
    public static final String STATUS = "status";

    private static final String TASK = "task-";

    private final String root;

    /** @param root empty, or a path that begins with a slash and does not end in one */
    public Layout(String root) {
        this.root = root;
    }

    public String root() {
        return root;
    }

    public String master() {
        return root + "/master";
    }

    public String epoch() {
        return root + "/master-epoch";
    }

    /** Where candidates queue that use a recipe for it. The queue only decides who claims next, and may be missing. */
    public String candidates() {
        return root + "/master-candidates";
    }

    public String workers() {
        return root + "/workers";
    }

    public String worker(WorkerId worker) {
        return workers() + "/" + worker.name();
    }

    public String assign() {
        return root + "/assign";
    }

    public String assign(WorkerId worker) {
        return assign() + "/" + worker.name();
    }

    public String assignment(WorkerId worker, TaskId task) {
        return assign(worker) + "/" + task.name();
    }

    public String tasks() {
        return root + "/tasks";
    }

    public String task(TaskId task) {
        return tasks() + "/" + task.name();
    }

    public String status(TaskId task) {
        return task(task) + "/" + STATUS;
    }

    /** What a client asks ZooKeeper to append a sequence to. {@code token} has no hyphen and finds the task again. */
    public String newTask(String token) {
        return tasks() + "/" + TASK + token + "-";
    }

    /** The token of a child of {@code /tasks} that was made with {@link #newTask}; empty for any other. */
    public static Optional<String> token(String child) {
        int end = child.indexOf('-', TASK.length());
        // Somebody's copy of a task has the token and no sequence: it is none of ours, and perhaps no task.
        boolean sequence = TaskId.isTask(child) && end == child.length() - TaskId.DIGITS - 1;
        return child.startsWith(TASK) && end > TASK.length() && sequence
                ? Optional.of(child.substring(TASK.length(), end))
                : Optional.empty();
    }

    /** The names of those of the children of {@code /tasks} that have a token, by it. */
    public static Map<String, String> byToken(List<String> children) {
        Map<String, String> names = new HashMap<>();
        for (String child : children) {
            token(child).ifPresent(token -> names.put(token, child));
        }
        return names;
    }

    /** The task of a path that ZooKeeper answered to the creation of {@link #newTask}. */
    public TaskId created(String path) {
        return new TaskId(path.substring(tasks().length() + 1));
    }

    /** The plain persistent znodes that every role makes if missing, parents first. */
    public List<String> parents() {
        List<String> parents = new ArrayList<>();
        for (int slash = root.indexOf('/', 1); slash > 0; slash = root.indexOf('/', slash + 1)) {
            parents.add(root.substring(0, slash));
        }
        if (!root.isEmpty()) {
            parents.add(root);
        }
        parents.addAll(top());
        return parents;
    }

    /** Those of {@link #parents} that stand below the chroot. */
    public List<String> top() {
        return List.of(workers(), assign(), tasks(), epoch());
    }

    /** What stands at a path; {@link Place.Foreign} for every other path. Never throws. */
    public Place place(String path) {
        if (!path.startsWith(root + "/")) {
            return new Place.Foreign(path);
        }
        String[] part = path.substring(root.length() + 1).split("/", -1);
        try {
            return place(path, part);
        } catch (CoordinationException nonsense) {
            return new Place.Foreign(path);
        }
    }

    private static Place place(String path, String[] part) {
        return switch (part[0] + part.length) {
            case "master1" -> new Place.MasterNode();
            case "master-epoch1" -> new Place.EpochNode();
            case "workers1", "assign1", "tasks1" -> new Place.Parent(path);
            case "workers2" -> new Place.WorkerNode(new WorkerId(part[1]));
            case "assign2" -> new Place.AssignNode(new WorkerId(part[1]));
            case "assign3" -> new Place.AssignmentNode(new WorkerId(part[1]), new TaskId(part[2]));
            case "tasks2" -> new Place.TaskNode(new TaskId(part[1]));
            case "tasks3" ->
                part[2].equals(STATUS) ? new Place.StatusNode(new TaskId(part[1])) : new Place.Foreign(path);
            default -> new Place.Foreign(path);
        };
    }
}
