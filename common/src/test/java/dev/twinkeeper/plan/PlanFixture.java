package dev.twinkeeper.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.util.List;

/** A view, two workers, and the plan that is made of them. */
abstract class PlanFixture {
    static final long GRACE = 10;
    static final long RETENTION = 1_000;

    /** The zxid of a worker's znode, in most tests. */
    static final long REGISTERED = 5;

    static final WorkerId ANN = new WorkerId("ann");
    static final WorkerId BOB = new WorkerId("bob");

    final ClusterView view = new ClusterView(GRACE, RETENTION, 3);

    static TaskId task(int sequence) {
        return new TaskId("task-%010d".formatted(sequence));
    }

    void live(WorkerId worker, int slots) {
        view.parentSeen(worker, 0);
        view.workerSeen(worker, slots, REGISTERED);
    }

    /** What a role reads when the view asks. */
    void read(String line, long written) {
        view.takeUnread().forEach(holding -> view.lineRead(holding, line.getBytes(UTF_8), written));
    }

    List<Step> plan() {
        return plan(0);
    }

    List<Step> plan(long now) {
        read("7", REGISTERED + 1);
        return AssignmentPlan.of(view, 100, now);
    }
}
