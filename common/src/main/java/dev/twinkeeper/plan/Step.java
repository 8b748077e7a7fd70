package dev.twinkeeper.plan;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.Layout;
import java.util.List;
import java.util.Optional;

/**
 * One thing that a reigning master wants to write, with its operations and the event when they are done. The
 * implementation sends them, behind the fence.
 */
public sealed interface Step {
    /**
     * One operation of a transaction.
     *
     * @param data of the persistent znode that is created; empty where one is deleted, of whatever version
     */
    record Write(String path, Optional<byte[]> data) {
        static Write create(String path, byte[] data) {
            return new Write(path, Optional.of(data));
        }

        static Write delete(String path) {
            return new Write(path, Optional.empty());
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
            return List.of(Write.create(layout.assignment(worker, task), AssignmentLine.encode(epoch)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.TaskAssigned(task, worker, epoch));
        }
    }

    /** {@code delete /assign/FROM/T}, {@code create /assign/TO/T}: the worker is gone. */
    record Move(TaskId task, WorkerId from, WorkerId to) implements OfTask {
        @Override
        public int operations() {
            return 2;
        }

        @Override
        public List<Write> writes(Layout layout, long epoch) {
            return List.of(
                    Write.delete(layout.assignment(from, task)),
                    Write.create(layout.assignment(to, task), AssignmentLine.encode(epoch)));
        }

        @Override
        public Optional<Event> news(Layout layout, long epoch) {
            return Optional.of(new Event.TaskMoved(task, from, to, epoch));
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
