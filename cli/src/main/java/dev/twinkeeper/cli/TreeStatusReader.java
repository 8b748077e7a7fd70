package dev.twinkeeper.cli;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.MasterLine;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.WorkerLine;
import dev.twinkeeper.scenarios.lab.TreeReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads a {@link TreeStatus} of the tree, once from top to bottom. Others write while it reads; assignments are read before
 * statuses, as a master does, so that no task looks pending that is not.
 */
final class TreeStatusReader {
    /** A worker that is there, and says to others what it is. */
    private static final WorkerLine UNREADABLE = new WorkerLine("(unreadable)", 1);

    private final TreeReader reader;
    private final Layout layout;

    private final Map<WorkerId, WorkerLine> live = new TreeMap<>();
    private final Map<WorkerId, Integer> load = new TreeMap<>();
    private final Map<TaskId, WorkerId> holders = new HashMap<>();
    private final List<TreeStatus.SetAside> setAside = new ArrayList<>();
    private int pending;
    private int assigned;
    private int completed;
    private TaskId oldest;

    private TreeStatusReader(TreeReader reader, Layout layout) {
        this.reader = reader;
        this.layout = layout;
    }

    static TreeStatus status(TreeReader reader, Layout layout) throws InterruptedException {
        TreeStatusReader statusReader = new TreeStatusReader(reader, layout);
        boolean present = reader.node(layout.tasks()).isPresent();
        Optional<TreeStatus.Master> master = reader.node(layout.master()).map(TreeStatusReader::master);
        Optional<Integer> epoch = reader.node(layout.epoch())
                .filter(TreeReader.Node::readable)
                .map(node -> node.stat().getVersion());
        statusReader.readWorkers();
        statusReader.readAssignments();
        statusReader.readTasks();
        return new TreeStatus(
                present,
                master,
                epoch,
                statusReader.workers(),
                statusReader.pending,
                statusReader.assigned,
                statusReader.completed,
                statusReader.oldest(),
                List.copyOf(statusReader.setAside),
                reader.refused());
    }

    private static TreeStatus.Master master(TreeReader.Node node) {
        if (!node.readable()) {
            return new TreeStatus.Master("somebody whose line we may not read", false, true);
        }
        boolean byHand = node.stat().getVersion() == 0;
        return new TreeStatus.Master(MasterLine.decode(node.data()), byHand, node.ephemeral());
    }

    private void readWorkers() throws InterruptedException {
        List<String> paths = below(layout.workers());
        List<Optional<TreeReader.Node>> nodes = reader.nodes(paths);
        for (int i = 0; i < paths.size(); i++) {
            Place place = layout.place(paths.get(i));
            if (nodes.get(i).isEmpty()) {
                continue;
            }
            TreeReader.Node node = nodes.get(i).get();
            if (place instanceof Place.WorkerNode worker && !node.readable()) {
                live.put(worker.worker(), UNREADABLE);
            } else if (place instanceof Place.WorkerNode worker && node.ephemeral()) {
                live.put(worker.worker(), WorkerLine.decode(node.data()));
            } else {
                boolean persistent = place instanceof Place.WorkerNode;
                setAside(paths.get(i), persistent ? "not ephemeral, so no live worker" : "no worker's name");
            }
        }
    }

    private void readAssignments() throws InterruptedException {
        List<String> paths = below(layout.assign());
        List<Optional<List<String>>> lists = reader.lists(paths);
        for (int i = 0; i < paths.size(); i++) {
            if (layout.place(paths.get(i)) instanceof Place.AssignNode) {
                for (String task : lists.get(i).orElse(List.of())) {
                    readAssignment(paths.get(i) + "/" + task);
                }
            } else {
                setAside(paths.get(i), "no worker's name");
            }
        }
    }

    private void readAssignment(String path) {
        if (layout.place(path) instanceof Place.AssignmentNode assignment) {
            holders.put(assignment.task(), assignment.worker());
        } else {
            setAside(path, "no task's name");
        }
    }

    private void readTasks() throws InterruptedException {
        List<TaskId> tasks = new ArrayList<>();
        for (String path : below(layout.tasks())) {
            if (layout.place(path) instanceof Place.TaskNode task) {
                tasks.add(task.task());
            } else {
                setAside(path, "no task's name");
            }
        }
        List<Optional<List<String>>> children =
                reader.lists(tasks.stream().map(layout::task).toList());
        for (int i = 0; i < tasks.size(); i++) {
            if (children.get(i).isPresent()) {
                count(tasks.get(i), children.get(i).get());
            }
        }
    }

    private void count(TaskId task, List<String> children) {
        boolean status = false;
        for (String child : children) {
            String path = layout.task(task) + "/" + child;
            if (path.equals(layout.status(task))) {
                status = true;
            } else {
                setAside(path, "not a status");
            }
        }
        WorkerId holder = holders.get(task);
        if (status) {
            completed++;
        } else if (holder != null) {
            assigned++;
            load.merge(holder, 1, Integer::sum);
        } else {
            pending++;
            oldest = oldest == null || task.compareTo(oldest) < 0 ? task : oldest;
        }
    }

    private Optional<TreeStatus.Oldest> oldest() throws InterruptedException {
        if (oldest == null) {
            return Optional.empty();
        }
        String path = layout.task(oldest);
        return reader.node(path).map(node -> new TreeStatus.Oldest(path, age(node)));
    }

    /** By two clocks, the server's and ours, so it may be a little wrong; never negative. */
    private static Duration age(TreeReader.Node node) {
        return Duration.ofMillis(
                Math.max(0, System.currentTimeMillis() - node.stat().getCtime()));
    }

    /** The live ones, and those that are gone and still hold tasks. */
    private List<TreeStatus.Worker> workers() {
        List<TreeStatus.Worker> workers = new ArrayList<>();
        live.forEach((id, line) ->
                workers.add(new TreeStatus.Worker(id, line.address(), line.slots(), load.getOrDefault(id, 0), true)));
        load.forEach((id, tasks) -> {
            if (!live.containsKey(id)) {
                workers.add(new TreeStatus.Worker(id, "", 0, tasks, false));
            }
        });
        return workers;
    }

    private List<String> below(String parent) throws InterruptedException {
        return reader.children(parent).stream()
                .map(child -> parent + "/" + child)
                .sorted()
                .toList();
    }

    private void setAside(String path, String why) {
        setAside.add(new TreeStatus.SetAside(ErrorHandler.printable(path), why));
    }
}
