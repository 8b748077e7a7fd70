package dev.twinkeeper.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.plan.Step.Assign;
import dev.twinkeeper.plan.Step.Expire;
import dev.twinkeeper.plan.Step.MakeParent;
import dev.twinkeeper.plan.Step.Move;
import dev.twinkeeper.plan.Step.Release;
import dev.twinkeeper.plan.Step.RemoveParent;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the plan makes of a view: each test is one sentence of docs/protocol.md. */
class AssignmentPlanTest {
    private static final long GRACE = 10;
    private static final long RETENTION = 1_000;

    private static final WorkerId ANN = new WorkerId("ann");
    private static final WorkerId BOB = new WorkerId("bob");

    private final ClusterView view = new ClusterView(GRACE, RETENTION);

    private static TaskId task(int sequence) {
        return new TaskId("task-%010d".formatted(sequence));
    }

    private void live(WorkerId worker, int slots) {
        view.parentSeen(worker, 0);
        view.workerSeen(worker, slots);
    }

    private List<Step> plan() {
        return plan(0);
    }

    private List<Step> plan(long now) {
        return AssignmentPlan.of(view, 100, now);
    }

    @Test
    void pendingTasksGoInOrderOfTheirSequenceToTheLeastLoaded() {
        live(ANN, 2);
        live(BOB, 2);
        view.taskSeen(task(2));
        view.taskSeen(task(0));
        view.taskSeen(task(1));

        assertThat(plan())
                .containsExactly(new Assign(task(0), ANN), new Assign(task(1), BOB), new Assign(task(2), ANN));
    }

    @Test
    void nobodyGetsMoreThanItsSlots() {
        live(ANN, 1);
        view.taskSeen(task(0));
        view.taskSeen(task(1));

        assertThat(plan()).containsExactly(new Assign(task(0), ANN));
    }

    @Test
    void loadIsSharedByTheSizeOfTheSlots() {
        live(ANN, 1);
        live(BOB, 4);
        for (int i = 0; i < 5; i++) {
            view.taskSeen(task(i));
        }

        assertThat(plan())
                .filteredOn(step -> ((Assign) step).worker().equals(BOB))
                .hasSize(4);
    }

    @Test
    void aPlanFitsIntoItsTransaction() {
        live(ANN, 1_000);
        for (int i = 0; i < 500; i++) {
            view.taskSeen(task(i));
        }

        assertThat(AssignmentPlan.of(view, 98, 0)).hasSize(98);
    }

    @Test
    void aStepUnderWayIsNotPlannedAgainUntilItIsSettled() {
        live(ANN, 5);
        view.taskSeen(task(0));
        Step step = plan().get(0);

        view.begin(step);
        assertThat(plan()).isEmpty();

        view.settled(step, 0);
        assertThat(plan()).containsExactly(step);
    }

    @Test
    void aStepThatWasRefusedWaitsUntilItMayBeTriedAgain() {
        live(ANN, 5);
        view.taskSeen(task(0));
        Step step = plan().get(0);
        view.begin(step);

        view.failed(step, 0);
        assertThat(plan()).isEmpty();

        view.retryFailed(0);
        assertThat(plan()).containsExactly(step);
    }

    @Test
    void whatIsUnderWayCountsAsLoad() {
        live(ANN, 1);
        view.taskSeen(task(0));
        view.taskSeen(task(1));
        view.begin(plan().get(0));

        assertThat(plan()).isEmpty();
    }

    @Test
    void assignmentsThatWereFoundCountAsTaken() {
        live(ANN, 1);
        view.assignmentSeen(ANN, task(0), 0);
        view.taskSeen(task(0));
        view.taskSeen(task(1));

        assertThat(plan()).isEmpty();
    }

    @Test
    void aLostWorkersTasksAreMovedBeforeAnythingElse() {
        live(ANN, 2);
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(3));
        view.taskSeen(task(7));

        assertThat(plan()).containsExactly(new Move(task(7), BOB, ANN), new Assign(task(3), ANN));
    }

    @Test
    void aLiveWorkersTasksAreLeftAlone() {
        live(ANN, 2);
        live(BOB, 2);
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(7));

        assertThat(plan()).isEmpty();
    }

    @Test
    void aWorkerThatCameBackKeepsItsTasks() {
        live(ANN, 2);
        live(BOB, 2);
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(7));
        assertThat(view.workerGone(BOB, 0)).isEqualTo(1);
        assertThat(plan()).containsExactly(new Move(task(7), BOB, ANN));

        view.workerSeen(BOB, 2);

        assertThat(plan()).isEmpty();
    }

    @Test
    void theEndOfAnAssignmentIsNotTakenForPendingBeforeTheStatusHadItsChance() {
        live(ANN, 2);
        view.assignmentSeen(ANN, task(0), 0);
        view.taskSeen(task(0));

        view.assignmentGone(ANN, task(0), 0);
        assertThat(plan()).isEmpty();

        List<TaskId> doubts = view.takeDoubts();
        assertThat(doubts).containsExactly(task(0));
        view.believe(doubts);
        assertThat(plan()).containsExactly(new Assign(task(0), ANN));
    }

    @Test
    void aStatusEndsTheDoubt() {
        live(ANN, 2);
        view.assignmentSeen(ANN, task(0), 0);
        view.taskSeen(task(0));
        view.assignmentGone(ANN, task(0), 0);

        view.statusSeen(task(0), 0);

        assertThat(view.takeDoubts()).isEmpty();
        assertThat(plan()).isEmpty();
    }

    @Test
    void theAssignmentOfACompletedTaskIsReleased() {
        live(ANN, 1);
        view.assignmentSeen(ANN, task(0), 0);
        view.taskSeen(task(0));
        view.statusSeen(task(0), 0);
        view.taskSeen(task(1));

        assertThat(plan()).containsExactly(new Assign(task(1), ANN), new Release(task(0), ANN));
    }

    @Test
    void theAssignmentOfATaskThatIsGoneIsReleased() {
        live(ANN, 1);
        view.assignmentSeen(ANN, task(0), 0);

        assertThat(plan()).containsExactly(new Release(task(0), ANN));
    }

    @Test
    void aParentIsMadeOnlyWhereThereIsATaskForIt() {
        view.workerSeen(ANN, 1);
        assertThat(plan()).isEmpty();

        view.taskSeen(task(0));

        assertThat(plan()).containsExactly(new MakeParent(ANN));
    }

    @Test
    void anEmptyParentIsRemovedOnlyAfterAWhile() {
        view.parentSeen(ANN, 0);

        assertThat(plan(GRACE - 1)).isEmpty();
        assertThat(plan(GRACE)).containsExactly(new RemoveParent(ANN));
    }

    @Test
    void aParentIsKeptWhileItsWorkerLivesOrSomethingIsLeftInIt() {
        live(ANN, 1);
        view.parentSeen(BOB, 0);
        view.assignmentSeen(BOB, task(0), 0);
        view.taskSeen(task(0));
        view.begin(plan().get(0));

        assertThat(plan(GRACE)).isEmpty();
    }

    @Test
    void aTaskThatNobodyCollectsIsRemovedAfterItsRetention() {
        view.taskSeen(task(0));
        view.statusSeen(task(0), 5);

        assertThat(plan(RETENTION)).isEmpty();
        assertThat(plan(RETENTION + 5)).containsExactly(new Expire(task(0)));
    }

    @Test
    void aTaskThatCannotBeRemovedWaitsForAnotherRetention() {
        view.taskSeen(task(0));
        view.statusSeen(task(0), 0);
        Step expire = plan(RETENTION).get(0);
        view.begin(expire);

        view.failed(expire, RETENTION);

        assertThat(plan(2 * RETENTION - 1)).isEmpty();
        assertThat(plan(2 * RETENTION)).containsExactly(expire);
    }

    @Test
    void aRemovalThatSharedARefusedTransactionIsPlannedAgain() {
        view.taskSeen(task(0));
        view.statusSeen(task(0), 0);
        Step expire = plan(RETENTION).get(0);
        view.begin(expire);

        view.settled(expire, RETENTION);

        assertThat(plan(RETENTION)).containsExactly(expire);
    }

    @Test
    void aRemovedTaskDoesNotComeBackWithTheReply() {
        view.taskSeen(task(0));
        view.statusSeen(task(0), 0);
        Step expire = plan(RETENTION).get(0);
        view.begin(expire);
        view.taskGone(task(0));

        view.settled(expire, RETENTION);

        assertThat(view.completed()).isZero();
        assertThat(plan(3 * RETENTION)).isEmpty();
    }

    @Test
    void aTaskThatSomebodyCollectedFirstDoesNotComeBackWithTheRefusal() {
        view.taskSeen(task(0));
        view.statusSeen(task(0), 0);
        Step expire = plan(RETENTION).get(0);
        view.begin(expire);
        view.taskGone(task(0));

        view.failed(expire, RETENTION);

        assertThat(view.completed()).isZero();
        assertThat(plan(3 * RETENTION)).isEmpty();
    }

    @Test
    void nothingIsRememberedOfWhatIsGone() {
        live(ANN, 1);
        view.taskSeen(task(0));
        Step step = plan().get(0);
        view.begin(step);
        view.assignmentSeen(ANN, task(0), 0);
        view.settled(step, 0);
        view.assignmentGone(ANN, task(0), 0);
        view.statusSeen(task(0), 0);
        view.taskGone(task(0));

        assertThat(view.completed()).isZero();
        assertThat(view.assigned()).isZero();
        assertThat(plan(RETENTION)).isEmpty();
    }
}
