package dev.twinkeeper.plan;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.plan.ClusterView.Holding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tasks and workers that a {@link ClusterView} saw, and what follows from them: which tasks are pending, stranded,
 * given up or left over. Whoever changes an entry calls {@code reclassify} for it.
 */
final class KnownTree {
    static final class Task {
        final TaskId id;
        final Map<WorkerId, Losses> holders = new LinkedHashMap<>(2);
        boolean present;
        boolean completed;
        boolean busy;
        boolean inDoubt;

        /** The number of the watch under which it had no status; see {@link TreeLists}. */
        int watch;

        Task(TaskId id) {
            this.id = id;
        }

        boolean unfinished() {
            return present && !completed;
        }
    }

    static final class Worker {
        final Set<TaskId> held = new LinkedHashSet<>();
        final Set<TaskId> unfinished = new LinkedHashSet<>();
        boolean live;
        boolean parent;
        boolean busy;
        int slots;
        int incoming;
        long registration;
        long turn;

        int load() {
            return unfinished.size() + incoming;
        }
    }

    final Map<TaskId, Task> tasks = new HashMap<>();
    final Map<WorkerId, Worker> workers = new HashMap<>();

    final NavigableSet<TaskId> pending = new TreeSet<>();
    final NavigableSet<TaskId> stranded = new TreeSet<>();
    final NavigableSet<TaskId> exhausted = new TreeSet<>();
    final NavigableSet<TaskId> uncounted = new TreeSet<>();
    final Set<Holding> unread = new LinkedHashSet<>();
    final Set<Holding> leftovers = new LinkedHashSet<>();
    final Deadlines<WorkerId> idleParents = new Deadlines<>();

    /** The latest turn; see {@link ClusterView.FreeWorkers}. */
    long turn;

    /** Of the pending tasks, the last one that {@link #nextPending} gave; null for none. */
    private TaskId last;

    private final long graceNanos;
    private final int lostWorkers;

    KnownTree(long graceNanos, int lostWorkers) {
        this.graceNanos = graceNanos;
        this.lostWorkers = lostWorkers;
    }

    Task task(TaskId id) {
        return tasks.computeIfAbsent(id, Task::new);
    }

    Worker worker(WorkerId id) {
        return workers.computeIfAbsent(id, unused -> new Worker());
    }

    boolean live(WorkerId id) {
        return worker(id).live;
    }

    /** Whose loss would be counted: a live holder's, or the first one's. */
    Optional<WorkerId> decisive(Task task) {
        Optional<WorkerId> live =
                task.holders.keySet().stream().filter(this::live).findFirst();
        return live.isPresent() ? live : task.holders.keySet().stream().findFirst();
    }

    List<WorkerId> withoutParent() {
        List<WorkerId> ids = new ArrayList<>();
        workers.forEach((id, worker) -> {
            if (worker.live && !worker.parent && !worker.busy) {
                ids.add(id);
            }
        });
        return ids;
    }

    /** So many of the pending tasks, others each time. */
    List<TaskId> nextPending(int most) {
        NavigableSet<TaskId> rest = last == null ? pending : pending.tailSet(last, false);
        List<TaskId> next = rest.stream().limit(most).toList();
        last = next.size() < most ? null : next.get(most - 1);
        return next;
    }

    void unread(WorkerId id, TaskId task) {
        task(task).holders.get(id).unread();
    }

    List<Holding> takeUnread(int most) {
        List<Holding> taken = unread.stream().limit(most).toList();
        taken.forEach(unread::remove);
        taken.forEach(
                holding -> task(holding.task()).holders.get(holding.worker()).asked());
        return taken;
    }

    void lineRead(Holding holding, byte[] line, long written) {
        Task task = task(holding.task());
        Losses losses = task.holders.get(holding.worker());
        if (losses != null) {
            Worker worker = worker(holding.worker());
            losses.read(line, !worker.live || worker.registration > written);
        }
        reclassify(task);
    }

    /** The step begins to be, or is no longer, under way. */
    void mark(Step step, boolean busy) {
        if (step instanceof Step.OfTask about) {
            task(about.task()).busy = busy;
        } else if (step instanceof Step.OfParent about) {
            worker(about.worker()).busy = busy;
        }
        if (step instanceof Step.Assign assign) {
            comes(assign.worker(), busy);
        } else if (step instanceof Step.Move move) {
            comes(move.to(), busy);
        }
    }

    private void comes(WorkerId id, boolean begins) {
        worker(id).incoming += begins ? 1 : -1;
        if (begins) {
            given(id);
        }
    }

    void given(WorkerId id) {
        worker(id).turn = ++turn;
    }

    /** The worker came, came again, or went: its tasks are others' now, or its own again. */
    void reclassifyHeld(WorkerId id) {
        Worker worker = worker(id);
        List.copyOf(worker.held).forEach(task -> reclassify(task(task)));
        if (worker.live) {
            idleParents.remove(id);
        }
    }

    void reclassify(Step step, long now) {
        if (step instanceof Step.OfTask about) {
            reclassify(task(about.task()));
        } else if (step instanceof Step.OfParent about) {
            reclassify(about.worker(), now);
        }
        if (step instanceof Step.Assign assign) {
            reclassify(assign.worker(), now);
        } else if (step instanceof Step.Move move) {
            reclassify(move.to(), now);
        }
    }

    void reclassify(Task task) {
        task.inDoubt &= task.unfinished() && task.holders.isEmpty();
        boolean open = task.unfinished() && !task.busy && !task.inDoubt;
        Optional<WorkerId> decisive = decisive(task);
        boolean liveHolder = decisive.filter(this::live).isPresent();
        put(pending, task.id, open && decisive.isEmpty());
        Losses losses = decisive.map(task.holders::get).orElse(null);
        boolean lost = open && losses != null && losses.grew();
        boolean tooOften = lost && losses.all() >= lostWorkers;
        put(exhausted, task.id, tooOften);
        put(stranded, task.id, lost && !tooOften && !liveHolder);
        put(uncounted, task.id, lost && !tooOften && liveHolder);
        for (WorkerId holder : task.holders.keySet()) {
            boolean superseded = liveHolder && !live(holder);
            Losses own = task.holders.get(holder);
            put(leftovers, new Holding(holder, task.id), !task.busy && (!task.unfinished() || superseded));
            put(unread, new Holding(holder, task.id), task.unfinished() && own.isUnread());
            put(worker(holder).unfinished, task.id, task.unfinished());
        }
        if (!task.present && task.holders.isEmpty() && !task.busy) {
            tasks.remove(task.id);
        }
    }

    void reclassify(WorkerId id, long now) {
        Worker worker = worker(id);
        if (worker.live || !worker.parent || !worker.held.isEmpty() || worker.busy) {
            idleParents.remove(id);
        } else {
            idleParents.addIfAbsent(id, now + graceNanos);
        }
        if (!worker.live && !worker.parent && worker.held.isEmpty() && worker.incoming == 0 && !worker.busy) {
            workers.remove(id);
        }
    }

    private static <T> void put(Set<T> set, T element, boolean in) {
        if (in) {
            set.add(element);
        } else {
            set.remove(element);
        }
    }
}
