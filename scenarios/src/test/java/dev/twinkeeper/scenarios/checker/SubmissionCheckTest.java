package dev.twinkeeper.scenarios.checker;

import static dev.twinkeeper.scenarios.checker.CommitScript.C1;
import static dev.twinkeeper.scenarios.checker.CommitScript.COMMAND;
import static dev.twinkeeper.scenarios.checker.CommitScript.M1;
import static dev.twinkeeper.scenarios.checker.CommitScript.PERSON;
import static dev.twinkeeper.scenarios.checker.CommitScript.TASK;
import static dev.twinkeeper.scenarios.checker.CommitScript.W1;
import static dev.twinkeeper.scenarios.checker.CommitScript.W1_AGAIN;
import static dev.twinkeeper.scenarios.checker.CommitScript.W2;
import static dev.twinkeeper.scenarios.checker.CommitScript.create;
import static dev.twinkeeper.scenarios.checker.CommitScript.delete;
import static dev.twinkeeper.scenarios.checker.CommitScript.ephemeral;
import static dev.twinkeeper.scenarios.checker.CommitScript.removal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The checker, on commits that were made up and what participants told of them. */
class SubmissionCheckTest {
    private final CommitScript plot = new CommitScript();

    private void passes() {
        assertThat(plot.violations()).isEmpty();
    }

    private void breaks(Rule rule) {
        assertThat(plot.brokenRules()).containsExactly(rule);
    }

    @Nested
    class S4OneSubmitOneTask {
        @Test
        void aSecondTaskIsFound() {
            plot.submit().commit(C1, create("/tasks/task-0000000001", COMMAND));
            breaks(Rule.S4);
        }

        @Test
        void anAcknowledgedTaskThatWasNeverMadeIsFound() {
            plot.submitted(COMMAND, TASK);
            breaks(Rule.S4);
        }

        @Test
        void anAcknowledgementOfAnotherTaskIsFound() {
            plot.submit().submitted("other", TASK);
            assertThat(plot.brokenRules()).containsExactly(Rule.S4, Rule.S4);
        }

        @Test
        void anUnknownSubmitMayHaveMadeOneOrNone() {
            plot.submitted("none", null).submitted("one", null).commit(C1, create("/tasks/task-0000000001", "one"));
            passes();
        }

        @Test
        void aRefusedSubmitThatMadeATaskIsFound() {
            plot.refused("one").commit(C1, create("/tasks/task-0000000001", "one"));
            breaks(Rule.S4);
        }

        @Test
        void aPersonsTasksAreNobodysSubmits() {
            plot.commit(PERSON, create("/tasks/task-0000000001", "one"))
                    .commit(PERSON, create("/tasks/task-0000000002", "one"));
            passes();
        }
    }

    @Nested
    class S5NothingLost {
        @Test
        void deletingAnUnfinishedTaskIsFound() {
            plot.claim(M1).submit().commit(M1, delete("/tasks/" + TASK));
            breaks(Rule.S5);
        }

        @Test
        void deletingBeforeTheRetentionIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").complete(W1, "w1").commit(M1, removal());
            breaks(Rule.S5);
        }

        @Test
        void deletingAfterTheRetentionPasses() {
            plot.claim(M1).submit().assign(M1, "w1").complete(W1, "w1");
            for (int second = 0; second < 30; second++) {
                plot.commit(PERSON, plot.set("/clock"));
            }
            plot.commit(M1, removal());
            passes();
        }

        @Test
        void collectingUnaskedIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").complete(W1, "w1").commit(C1, removal());
            breaks(Rule.S5);
        }

        @Test
        void overwritingACommandIsFound() {
            plot.claim(M1).submit().commit(W1, plot.set("/tasks/" + TASK));
            breaks(Rule.S5);
        }

        @Test
        void aPersonMayDeleteATask() {
            plot.submit().commit(PERSON, delete("/tasks/" + TASK));
            passes();
        }
    }

    @Nested
    class S6NothingMadeUp {
        @Test
        void anOutcomeThatStandsNowhereIsFound() {
            plot.submit().reported(new Outcome.Done(Payload.of("result")));
            breaks(Rule.S6);
        }

        @Test
        void anotherResultIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").complete(W1, "w1").reported(new Outcome.Failed("result"));
            breaks(Rule.S6);
        }

        @Test
        void unknownIsAlwaysTrue() {
            plot.submit().reported(new Outcome.Unknown(Outcome.Reason.TIME_UP, "time was up"));
            passes();
        }
    }

    @Nested
    class Registrations {
        @Test
        void r1AClaimedRegistrationThatIsNoneIsFound() {
            plot.commit(PERSON, ephemeral("/workers/w1")).registered("w1", W1);
            breaks(Rule.R1);
        }

        @Test
        void r3AWorkerMayDeleteItsOwnOfAnOlderSession() {
            plot.commit(W1, ephemeral("/workers/w1")).commit(W1_AGAIN, delete("/workers/w1"));
            passes();
        }

        @Test
        void r3DeletingAnothersRegistrationIsFound() {
            plot.commit(W1, ephemeral("/workers/w1")).commit(W2, delete("/workers/w1"));
            breaks(Rule.R3);
        }

        @Test
        void r3OverwritingAnothersRegistrationIsFound() {
            plot.commit(PERSON, ephemeral("/workers/w1")).commit(W1, plot.set("/workers/w1"));
            breaks(Rule.R3);
        }

        @Test
        void r4AnEphemeralThatIsLeftIsFound() {
            plot.commit(W1, ephemeral("/workers/w1")).closed(W1);
            breaks(Rule.R4);
        }
    }
}
