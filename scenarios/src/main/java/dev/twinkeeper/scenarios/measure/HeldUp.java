package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.scenarios.ScenarioContext;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A worker's handler that can be held up, so that tasks are pending for as long as they have to be. */
final class HeldUp implements TaskHandler {
    private volatile CountDownLatch end = new CountDownLatch(0);

    /** Tasks that begin from now on do not end. */
    void hold() {
        end = new CountDownLatch(1);
    }

    /** They end, and later ones at once. */
    void go() {
        end.countDown();
    }

    @Override
    public Payload handle(Task task) throws InterruptedException {
        end.await(ScenarioContext.RECOVERY.toMillis(), TimeUnit.MILLISECONDS);
        return task.command();
    }
}
