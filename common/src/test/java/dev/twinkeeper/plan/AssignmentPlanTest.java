package dev.twinkeeper.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.plan.Step.Assign;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the plan makes of a view: each test is one sentence of docs/protocol.md. */
class AssignmentPlanTest extends PlanFixture {
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
    void someOfThePendingTasksAreDoubtedInTurn() {
        for (int i = 0; i < 150; i++) {
            view.taskSeen(task(i));
        }

        view.retryFailed(0);
        assertThat(view.takeDoubts()).hasSize(100).contains(task(0)).doesNotContain(task(100));
        view.retryFailed(0);
        assertThat(view.takeDoubts()).hasSize(50).contains(task(149));
        view.retryFailed(0);
        assertThat(view.takeDoubts()).contains(task(0));
    }

    @Test
    void doubtsThatNobodyTakesDoNotPileUp() {
        for (int i = 0; i < 150; i++) {
            view.taskSeen(task(i));
        }

        view.retryFailed(0);
        view.retryFailed(0);

        assertThat(view.takeDoubts()).hasSize(100);
    }

    @Test
    void aDoubtedTaskIsPlannedMeanwhile() {
        live(ANN, 2);
        view.taskSeen(task(0));
        view.retryFailed(0);

        view.believe(view.takeDoubts());

        assertThat(plan()).containsExactly(new Assign(task(0), ANN));
    }
}
