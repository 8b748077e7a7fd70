package dev.twinkeeper.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.plan.Step.Assign;
import dev.twinkeeper.plan.Step.Expire;
import dev.twinkeeper.plan.Step.MakeParent;
import dev.twinkeeper.plan.Step.Release;
import dev.twinkeeper.plan.Step.RemoveParent;
import org.junit.jupiter.api.Test;

/** What the plan takes away, and what it leaves. */
class TidyingPlanTest extends PlanFixture {
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
