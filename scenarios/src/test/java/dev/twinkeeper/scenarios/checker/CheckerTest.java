package dev.twinkeeper.scenarios.checker;

import static dev.twinkeeper.scenarios.checker.CommitScript.C1;
import static dev.twinkeeper.scenarios.checker.CommitScript.M1;
import static dev.twinkeeper.scenarios.checker.CommitScript.M1_AGAIN;
import static dev.twinkeeper.scenarios.checker.CommitScript.M2;
import static dev.twinkeeper.scenarios.checker.CommitScript.PERSON;
import static dev.twinkeeper.scenarios.checker.CommitScript.TASK;
import static dev.twinkeeper.scenarios.checker.CommitScript.W1;
import static dev.twinkeeper.scenarios.checker.CommitScript.assignment;
import static dev.twinkeeper.scenarios.checker.CommitScript.create;
import static dev.twinkeeper.scenarios.checker.CommitScript.delete;
import static dev.twinkeeper.scenarios.checker.CommitScript.ended;
import static dev.twinkeeper.scenarios.checker.CommitScript.ephemeral;
import static dev.twinkeeper.scenarios.checker.CommitScript.removal;
import static dev.twinkeeper.scenarios.checker.CommitScript.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The checker, on commits that were made up: what it must let pass, and what it must find. */
class CheckerTest {
    private final CommitScript plot = new CommitScript();

    private void passes() {
        assertThat(plot.violations()).isEmpty();
    }

    private void breaks(Rule rule) {
        assertThat(plot.brokenRules()).containsExactly(rule);
    }

    @Test
    void aWholeLifeOfATaskPasses() {
        plot.commit(M1, create("/workers"), create("/assign"), create("/tasks"), create("/master-epoch"))
                .commit(W1, create("/assign/w1"))
                .commit(W1, ephemeral("/workers/w1"))
                .registered("w1", W1)
                .claim(M1)
                .submit()
                .assign(M1, "w1")
                .complete(W1, "w1")
                .reported(new Outcome.Done(Payload.of("result")))
                .asksToCollect()
                .commit(C1, removal())
                .commit(W1, ended("/workers/w1"))
                .closed(W1)
                .commit(M1, delete("/assign/w1"))
                .commit(M1, delete("/master"))
                .closed(M1);
        passes();
    }

    @Test
    void aViolationCarriesWhatIsAroundIt() {
        plot.claim(M1).submit().assign(M2, "w1").complete(W1, "w1");

        Violation violation = plot.violations().get(0);

        assertThat(violation.zxid()).isEqualTo(0x102);
        assertThat(violation.records()).hasSize(4);
        assertThat(violation)
                .hasToString("S1 (one reign at a time) at zxid 0x102: m2 committed 'create /assign/w1/" + TASK
                        + " \"\"' but /master was m1's");
    }

    @Nested
    class S1OneReign {
        @Test
        void aSuccessorAssigns() {
            plot.claim(M1).submit().commit(M1, ended("/master")).claim(M2).assign(M2, "w1");
            passes();
        }

        @Test
        void assigningWithoutMasterIsFound() {
            plot.claim(M1).submit().commit(PERSON, delete("/master")).assign(M1, "w1");
            breaks(Rule.S1);
        }

        @Test
        void assigningInAnothersReignIsFound() {
            plot.claim(M1).submit().commit(M1, ended("/master")).claim(M2).assign(M1_AGAIN, "w1");
            breaks(Rule.S1);
        }

        @Test
        void assigningUnderANewSessionOfTheSameOwnerIsFine() {
            plot.claim(M1).submit().commit(M1, ended("/master")).claim(M1_AGAIN).assign(M1_AGAIN, "w1");
            passes();
        }

        @Test
        void assigningWithAnOldClaimIsFound() {
            // /master went and came back, both of m1, but it did not claim the epoch again.
            plot.claim(M1)
                    .submit()
                    .commit(PERSON, delete("/master"))
                    .commit(M1, ephemeral("/master"))
                    .assign(M1, "w1");
            breaks(Rule.S1);
        }

        @Test
        void assigningWhileAPersonReignsIsFound() {
            plot.claim(M1)
                    .submit()
                    .commit(M1, delete("/master"))
                    .commit(PERSON, ephemeral("/master"))
                    .assign(M1, "w1");
            breaks(Rule.S1);
        }

        @Test
        void assigningWhenAnotherClaimedTheEpochIsFound() {
            plot.claim(M1).submit().commit(M2, plot.set("/master-epoch")).assign(M1, "w1");
            breaks(Rule.S1);
        }

        @Test
        void aWorkersAssignmentIsFound() {
            plot.claim(M1).submit().assign(W1, "w1");
            breaks(Rule.S1);
        }

        @Test
        void anOperatorMaySetMaster() {
            plot.claim(M1).submit().commit(PERSON, plot.set("/master")).assign(M1, "w1");
            passes();
        }

        @Test
        void tidyingWithoutReignIsFound() {
            plot.claim(M1).commit(M2, delete("/assign/w1"));
            breaks(Rule.S1);
        }

        @Test
        void endingAnothersReignIsFound() {
            plot.claim(M1).commit(M2, delete("/master"));
            breaks(Rule.S1);
        }

        @Test
        void deletingTheEpochIsFound() {
            plot.claim(M1).commit(M1, delete("/master-epoch"));
            breaks(Rule.S1);
        }

        @Test
        void aPersonMayAssign() {
            plot.submit().assign(PERSON, "w1");
            passes();
        }
    }

    @Nested
    class S2OneAssignment {
        @Test
        void aMovePasses() {
            plot.claim(M1).submit().assign(M1, "w1").commit(M1, delete(assignment("w1")), create(assignment("w2")));
            passes();
        }

        @Test
        void aMoveThatCreatesFirstPasses() {
            plot.claim(M1).submit().assign(M1, "w1").commit(M1, create(assignment("w2")), delete(assignment("w1")));
            passes();
        }

        @Test
        void aSecondAssignmentIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").assign(M1, "w2");
            breaks(Rule.S2);
        }

        @Test
        void anAssignmentAfterTheStatusIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").complete(W1, "w1").assign(M1, "w2");
            breaks(Rule.S2);
        }

        @Test
        void anAssignmentAfterTheCollectionIsFound() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .complete(W1, "w1")
                    .asksToCollect()
                    .commit(C1, removal())
                    .assign(M1, "w2");
            breaks(Rule.S2);
        }

        @Test
        void aPersonsStatusMayCrossAMoveOnItsWay() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .commit(PERSON, status())
                    .soon(M1, delete(assignment("w1")), create(assignment("w2")));
            passes();
        }

        @Test
        void aPersonsStatusIsSeenAfterAWhile() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .commit(PERSON, status())
                    .commit(M1, delete(assignment("w1")), create(assignment("w2")));
            breaks(Rule.S2);
        }

        @Test
        void aPersonMayAssignTwice() {
            plot.submit().assign(PERSON, "w1").assign(PERSON, "w2");
            passes();
        }
    }

    @Nested
    class S3OneStatus {
        @Test
        void completingWithoutConsumingIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").commit(W1, status());
            breaks(Rule.S3);
        }

        @Test
        void consumingBeforeIsNotTheSameTransaction() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .commit(W1, delete(assignment("w1")))
                    .commit(W1, status());
            breaks(Rule.S3);
        }

        @Test
        void consumingAnothersAssignmentIsFound() {
            plot.claim(M1).submit().assign(M1, "w2").complete(W1, "w2");
            breaks(Rule.S3);
        }

        @Test
        void aStatusByAMasterIsFound() {
            plot.claim(M1).submit().assign(M1, "w1").complete(M1, "w1");
            breaks(Rule.S3);
        }

        @Test
        void changingAStatusIsFound() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .complete(W1, "w1")
                    .commit(W1, plot.set("/tasks/" + TASK + "/status"));
            breaks(Rule.S3);
        }

        @Test
        void aSecondStatusIsFound() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .complete(W1, "w1")
                    .commit(PERSON, delete("/tasks/" + TASK + "/status"))
                    .commit(PERSON, create(assignment("w1")))
                    .complete(W1, "w1");
            breaks(Rule.S3);
        }

        @Test
        void takingAStatusBackIsFound() {
            plot.claim(M1)
                    .submit()
                    .assign(M1, "w1")
                    .complete(W1, "w1")
                    .commit(W1, delete("/tasks/" + TASK + "/status"));
            breaks(Rule.S3);
        }

        @Test
        void aPersonWritesAStatusAlone() {
            plot.submit().assign(PERSON, "w1").commit(PERSON, status());
            passes();
        }
    }
}
