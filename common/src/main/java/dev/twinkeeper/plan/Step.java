package dev.twinkeeper.plan;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;

/** One thing that a reigning master wants to write. How it is written, with the fence, is the implementation's. */
public sealed interface Step {
    /** How many operations of a transaction it takes. */
    int operations();

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
    }

    /** {@code delete /assign/FROM/T}, {@code create /assign/TO/T}: the worker is gone. */
    record Move(TaskId task, WorkerId from, WorkerId to) implements OfTask {
        @Override
        public int operations() {
            return 2;
        }
    }

    /** {@code delete /assign/W/T}: the task is completed or gone. */
    record Release(TaskId task, WorkerId worker) implements OfTask {
        @Override
        public int operations() {
            return 1;
        }
    }

    /** {@code create /assign/W}: the worker has none, and there is a task for it. */
    record MakeParent(WorkerId worker) implements OfParent {
        @Override
        public int operations() {
            return 1;
        }
    }

    /** {@code delete /assign/W}: the worker is gone and nothing is left. */
    record RemoveParent(WorkerId worker) implements OfParent {
        @Override
        public int operations() {
            return 1;
        }
    }

    /** {@code delete /tasks/T/status}, {@code delete /tasks/T}: nobody collected it within the retention. */
    record Expire(TaskId task) implements OfTask {
        @Override
        public int operations() {
            return 2;
        }
    }
}
