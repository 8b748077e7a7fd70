package dev.twinkeeper.contract;

/**
 * What a worker does with a task.
 *
 * <p>The worker calls it on threads of its own, at most {@link Settings#slots()} at a time; it may block. It is
 * interrupted when the worker closes. A task may be handled more than once in its life, by different workers or by the
 * same, so its effects outside should be idempotent.
 */
@FunctionalInterface
public interface TaskHandler {
    /**
     * Does the work.
     *
     * @return the result, which becomes the task's {@code done}
     * @throws Exception whatever went wrong; its message becomes the reason of the task's {@code failed}, and the worker
     *     lives on ({@link Rule#R5})
     */
    Payload handle(Task task) throws Exception;
}
