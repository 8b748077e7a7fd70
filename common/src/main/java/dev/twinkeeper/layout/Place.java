package dev.twinkeeper.layout;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;

/** What stands at a path of the tree: the answer of {@link Layout#place}. */
public sealed interface Place {
    /** {@code /master} */
    record MasterNode() implements Place {}

    /** {@code /master-epoch} */
    record EpochNode() implements Place {}

    /** {@code /workers}, {@code /assign} or {@code /tasks} itself */
    record Parent(String path) implements Place {}

    /** {@code /workers/W} */
    record WorkerNode(WorkerId worker) implements Place {}

    /** {@code /assign/W} */
    record AssignNode(WorkerId worker) implements Place {}

    /** {@code /assign/W/T} */
    record AssignmentNode(WorkerId worker, TaskId task) implements Place {}

    /** {@code /tasks/T} */
    record TaskNode(TaskId task) implements Place {}

    /** {@code /tasks/T/status} */
    record StatusNode(TaskId task) implements Place {}

    /** Somebody else's. */
    record Foreign(String path) implements Place {}
}
