package dev.twinkeeper.plan;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.StatusBytes;
import java.util.List;
import java.util.Optional;

/**
 * One thing that a reigning master wants to write, with its operations and the event when they are done. The
 * implementation sends them, behind the fence.
 */
public sealed interface Step {
    /**
     * One operation of a transaction: on a persistent znode, of whatever version.
     *
     * @param data empty where it is deleted
     */
    record Write(Kind kind, String path, byte[] data) {
        /** What is done to the znode. */
        public enum Kind {
            CREATE,
            SET,
            DELETE
        }

        static Write create(String path, byte[] data) {
            return new Write(Kind.CREATE, path, data);
        }

        static Write delete(String path) {
            return new Write(Kind.DELETE, path, new byte[0]);
        }
    }

    /** How many operations of a transaction it takes. */
    int operations();

    /** The operations, in their order. */
    List<Write> writes(Layout layout, long epoch);

    /** The event when it is done; empty if nobody needs to know. */
    Optional<Event> news(Layout layout, long epoch);

    /** A step about a task. */
    sealed interface OfTask extends Step {
        TaskId task();
    }

    /** A step about the parent of a worker's assignments. */
    sealed interface OfParent extends Step {
        WorkerId worker();
    }

    /** {@code create /assign/W/T} */
    record Assign(TaskId task, WorkerId worker) implements OfTask {
        @Override
        public int operations() {
            return 1;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(Write.create(layout.assignment(worker, task), AssignmentLine.encode(epoch, 0)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.TaskAssigned(task, worker, epoch));
        }
    }

    /**
     * {@code delete /assign/FROM/T}, {@code create /assign/TO/T}: the worker is gone.
     *
     * @param lost how many workers were lost with the task, this one included
     */
    record Move(TaskId task, WorkerId from, WorkerId to, int lost) implements OfTask {
        @Override
        public int operations() {
            return 2;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(
                    Write.delete(layout.assignment(from, task)),
                    Write.create(layout.assignment(to, task), AssignmentLine.encode(epoch, lost)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.TaskMoved(task, from, to, epoch));
        }
    }

    /**
     * {@code set /assign/W/T}: the worker was lost and is back, and keeps the task.
     *
     * @param lost how many workers were lost with the task, this one included
     */
    record CountLoss(TaskId task, WorkerId worker, int lost) implements OfTask {
        @Override
        public int operations() {
            return 1;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(
                    new Write(Write.Kind.SET, layout.assignment(worker, task), AssignmentLine.encode(epoch, lost)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.empty();
        }
    }

    /**
     * {@code delete /assign/W/T}, {@code create /tasks/T/status}: it was lost with too many workers. In one transaction,
     * so that a worker that is back can't complete it as well (S3).
     */
    record GiveUp(TaskId task, WorkerId worker, int lost) implements OfTask {
        @Override
        public int operations() {
            return 2;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            String reason = "given up: " + lost + (lost == 1 ? " worker was" : " workers were")
                    + " lost with this task, the last was '" + worker + "'";
            return List.of(
                    Write.delete(layout.assignment(worker, task)),
                    Write.create(layout.status(task), StatusBytes.failed(reason)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.TaskGivenUp(task, worker, lost, epoch));
        }
    }

    /** {@code delete /assign/W/T}: the task is completed or gone. */
    record Release(TaskId task, WorkerId worker) implements OfTask {
        @Override
        public int operations() {
            return 1;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(Write.delete(layout.assignment(worker, task)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.Tidied(layout.assignment(worker, task)));
        }
    }

    /** {@code create /assign/W}: the worker has none, and there is a task for it. */
    record MakeParent(WorkerId worker) implements OfParent {
        @Override
        public int operations() {
            return 1;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(Write.create(layout.assign(worker), new byte[0]));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.empty();
        }
    }

    /** {@code delete /assign/W}: the worker is gone and nothing is left. */
    record RemoveParent(WorkerId worker) implements OfParent {
        @Override
        public int operations() {
            return 1;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(Write.delete(layout.assign(worker)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.Tidied(layout.assign(worker)));
        }
    }

    /** {@code delete /tasks/T/status}, {@code delete /tasks/T}: nobody collected it within the retention. */
    record Expire(TaskId task) implements OfTask {
        @Override
        public int operations() {
            return 2;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(Write.delete(layout.status(task)), Write.delete(layout.task(task)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.Tidied(layout.task(task)));
        }
    }
}
