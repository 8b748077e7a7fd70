package dev.twinkeeper.scenarios.topics;

import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A handler that a scenario controls: it may be held until it is released, and it knows every execution. */
final class Work implements TaskHandler {
    /** Longer than any scenario: what is never released ends with its worker, by interrupt. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final TaskHandler handler;
    private final CountDownLatch released;
    private final List<TaskId> begun = new CopyOnWriteArrayList<>();

    private Work(TaskHandler handler, int holds) {
        this.handler = handler;
        this.released = new CountDownLatch(holds);
    }

    /** Gives the command back at once. */
    static Work prompt() {
        return new Work(Task::command, 0);
    }

    /** Gives that result at once, whatever the command. */
    static Work prompt(String result) {
        return new Work(task -> Payload.of(result), 0);
    }

    /** Begins, and gives the command back when it is released. */
    static Work held() {
        return new Work(Task::command, 1);
    }

    /** Begins, and gives that result when it is released. */
    static Work held(String result) {
        return new Work(task -> Payload.of(result), 1);
    }

    @Override
    public Payload handle(Task task) throws Exception {
        begun.add(task.id());
        if (!released.await(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("never released");
        }
        return handler.handle(task);
    }

    void release() {
        released.countDown();
    }

    /** Every execution so far, repetitions included. */
    List<TaskId> begun() {
        return List.copyOf(begun);
    }

    /** Waits until that many executions have begun. */
    void awaitBegun(int executions) {
        BoundedWait.until(
                executions + " executions have begun", ScenarioContext.READY, () -> begun.size() >= executions);
    }
}
