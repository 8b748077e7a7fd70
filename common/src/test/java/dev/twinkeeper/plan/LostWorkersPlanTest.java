package dev.twinkeeper.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.plan.Step.Assign;
import dev.twinkeeper.plan.Step.CountLoss;
import dev.twinkeeper.plan.Step.GiveUp;
import dev.twinkeeper.plan.Step.Move;
import org.junit.jupiter.api.Test;

/** What the loss of workers makes of their tasks. */
class LostWorkersPlanTest extends PlanFixture {
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
}
