package dev.twinkeeper.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.plan.Step.Assign;
import dev.twinkeeper.plan.Step.CountLoss;
import dev.twinkeeper.plan.Step.Expire;
import dev.twinkeeper.plan.Step.GiveUp;
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

    /** The zxid of a worker's znode, in most tests. */
    private static final long REGISTERED = 5;

    private static final WorkerId ANN = new WorkerId("ann");
    private static final WorkerId BOB = new WorkerId("bob");

    private final ClusterView view = new ClusterView(GRACE, RETENTION, 3);

    private static TaskId task(int sequence) {
        return new TaskId("task-%010d".formatted(sequence));
    }

    private void live(WorkerId worker, int slots) {
        view.parentSeen(worker, 0);
        view.workerSeen(worker, slots, REGISTERED);
    }

    /** What a role reads when the view asks. */
    private void read(String line, long written) {
        view.takeUnread().forEach(holding -> view.lineRead(holding, line.getBytes(UTF_8), written));
    }

    private List<Step> plan() {
        return plan(0);
    }

    private List<Step> plan(long now) {
        read("7", REGISTERED + 1);
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

    /** L2: one task whose status may not be written, say, must not hold up the tasks of its transaction. */
    @Test
    void theCompanyOfARefusedStepGoesWithoutIt() {
        live(ANN, 5);
        view.taskSeen(task(0));
        view.taskSeen(task(1));
        List<Step> both = plan();
        Step refused = both.get(0);
        both.forEach(view::begin);

        view.refusedFor(refused, both, "NOAUTH", 0);
        assertThat(plan()).isEmpty();

        view.retryFailed(1);
        assertThat(plan()).containsExactly(both.get(1));

        view.retryFailed(2_000_000_000L);
        assertThat(plan()).contains(refused);
        view.begin(refused);
        view.refusedFor(refused, List.of(refused), "NOAUTH", 2_000_000_000L);
        view.retryFailed(4_000_000_000L);
        assertThat(plan()).as("twice as long").doesNotContain(refused);
        view.retryFailed(6_000_000_000L);
        assertThat(plan()).contains(refused);
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

        assertThat(plan()).containsExactly(new Move(task(7), BOB, ANN, 1), new Assign(task(3), ANN));
    }

    @Test
    void aMovedTaskSaysHowManyWorkersWereLostWithIt() {
        live(ANN, 2);
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(7));
        assertThat(AssignmentPlan.of(view, 100, 0))
                .as("before its line was read")
                .isEmpty();

        read("6 lost=1", 9);

        assertThat(plan()).containsExactly(new Move(task(7), BOB, ANN, 2));
        assertThat(plan().get(0).writes(new Layout(""), 7))
                .extracting(write -> write.kind() + " " + write.path() + " " + new String(write.data(), UTF_8))
                .containsExactly("DELETE /assign/bob/task-0000000007 ", "CREATE /assign/ann/task-0000000007 7 lost=2");
    }

    @Test
    void aTaskIsGivenUpWhenItWasLostWithTooManyWorkersAndNobodyHasToBeFree() {
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(7));

        read("6 lost=2", 9);

        assertThat(plan()).containsExactly(new GiveUp(task(7), BOB, 3));
        assertThat(plan().get(0).writes(new Layout(""), 7))
                .extracting(write -> write.kind() + " " + write.path() + " " + new String(write.data(), UTF_8))
                .containsExactly(
                        "DELETE /assign/bob/task-0000000007 ",
                        "CREATE /tasks/task-0000000007/status failed\n"
                                + "given up: 3 workers were lost with this task, the last was 'bob'");
    }

    @Test
    void aWorkerThatIsBackIsCountedOnce() {
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(7));
        view.parentSeen(BOB, 0);
        view.workerSeen(BOB, 2, 20);

        read("6 lost=1", 19);
        assertThat(plan()).containsExactly(new CountLoss(task(7), BOB, 2));

        Step count = plan().get(0);
        view.begin(count);
        view.settled(count, 0);
        assertThat(AssignmentPlan.of(view, 100, 0))
                .as("before its line was read again")
                .isEmpty();
        read("7 lost=2", 21);
        assertThat(plan()).isEmpty();
    }

    @Test
    void aWorkerThatIsBackWithoutTheViewHavingSeenItGoIsCounted() {
        live(BOB, 2);
        view.taskSeen(task(7));
        view.begin(plan().get(0));
        view.assignmentSeen(BOB, task(7), 0);
        view.settled(new Assign(task(7), BOB), 0);
        assertThat(view.takeUnread()).as("of our own making").isEmpty();

        view.workerSeen(BOB, 2, 20);
        read("7", 10);

        assertThat(plan()).containsExactly(new CountLoss(task(7), BOB, 1));
    }

    @Test
    void aLineThatMayNotBeReadCountsAsOneThatSaysNothing() {
        live(ANN, 2);
        view.assignmentSeen(BOB, task(7), 0);
        view.taskSeen(task(7));

        view.takeUnread().forEach(view::lineHidden);

        assertThat(plan()).containsExactly(new Move(task(7), BOB, ANN, 1));
    }

    @Test
    void amongEqualLoadsItIsTheTurnOfTheOneWhoseLastTaskIsTheLongestAgo() {
        live(ANN, 4);
        live(BOB, 4);
        for (int i = 0; i < 4; i++) {
            view.taskSeen(task(i));
            Step step = plan().get(0);
            assertThat(step).isEqualTo(new Assign(task(i), i % 2 == 0 ? ANN : BOB));
            view.begin(step);
            view.statusSeen(task(i), 0);
            view.settled(step, 0);
            view.taskGone(task(i));
        }
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
        assertThat(plan()).containsExactly(new Move(task(7), BOB, ANN, 1));

        view.workerSeen(BOB, 2, REGISTERED);

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
        view.workerSeen(ANN, 1, REGISTERED);
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
