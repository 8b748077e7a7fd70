package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionProps.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.awaitQueue;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.isWatch;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.onTheWire;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.token;
import static dev.twinkeeper.scenarios.recipes.ElectionProps.znodeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.scenarios.Verifies;
import dev.twinkeeper.scenarios.recipes.Happening.Deposed;
import dev.twinkeeper.scenarios.recipes.Happening.Elected;
import java.time.Instant;

/** A leader that is cut off, expired or tampered with: it knows when to stop, and another one follows. */
public final class ElectionLeaderScenarios {
    @Verifies({Rule.E2, Rule.E3, Rule.E4, Rule.E7})
    public void anotherLeadsWhenTheLeadersSessionExpires(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var first = elected(a, RecipeStage.READY);
        var b = enter(stage, hand, "b");
        stage.settle();

        var fault = Instant.now();
        a.expire();
        var second = elected(b, fault, RecipeStage.AT_ONCE);
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        awaitQueue(stage, b, "b", "a");
        b.close();
        var third = elected(a, fault, RecipeStage.AT_ONCE);

        assertThat(token(second)).isGreaterThan(token(first));
        assertThat(token(third)).isGreaterThan(token(second));
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2, Rule.E7})
    public void aLeaderThatIsCutOffHasStoppedWhenAnotherLeads(RecipeStage stage) {
        var hand = stage.hand();
        var zombie = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        var fault = Instant.now();
        zombie.wire().cut();
        // No server can tell it of its session's end.
        var another = elected(b, fault, RecipeStage.SUCCESSION);
        assertThat(zombie.recipe().term()).as("[E2] whom it believes to lead").isEmpty();
        var deposed = zombie.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        zombie.wire().mend();
        awaitQueue(stage, b, "b", "a");

        assertThat(deposed.at()).as("[E2] when it was told").isBefore(another.at());
        assertThat(zombie.heard(Elected.class)).hasSize(1);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderThatCanNotBeHeardHasStoppedWhenAnotherLeads(RecipeStage stage) {
        var hand = stage.hand();
        var mute = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        var fault = Instant.now();
        mute.wire().stallRequests();
        var another = elected(b, fault, RecipeStage.SUCCESSION);
        var believes = mute.recipe().term();
        var deposed = mute.heard(Deposed.class);
        mute.wire().mend();
        awaitQueue(stage, b, "b", "a");

        assertThat(deposed).as("told by the time that another was").hasSize(1);
        assertThat(believes).isEmpty();
        assertThat(mute.awaitHeard(Deposed.class, RecipeStage.AT_ONCE).at()).isBefore(another.at());
        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E3)
    public void aZombiesWriteWithItsOldTokenIsRefused(RecipeStage stage) {
        var hand = stage.hand();
        var resource = new FencedResource();
        var zombie = enter(stage, hand, "a");
        var old = elected(zombie, RecipeStage.READY).what().term();
        var b = enter(stage, hand, "b");
        assertThat(resource.write(old)).isTrue();

        // It had the write in its hands when it was cut off, and looks at nothing before it goes on.
        zombie.wire().cut();
        var next = elected(b, RecipeStage.SUCCESSION).what().term();

        assertThat(resource.write(next)).isTrue();
        assertThat(resource.write(old)).as("[E3] the zombie's write").isFalse();
        assertThat(resource.write(next)).isTrue();
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderCutOffForAMomentIsDeposedAndLeadsOn(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = enter(stage, hand, "a");
        var before = elected(a, RecipeStage.READY);
        var b = enter(stage, hand, "b");

        for (int time = 1; time <= 3; time++) {
            var fault = Instant.now();
            a.wire().cut();
            a.awaitHeard(Deposed.class, fault, any -> true, RecipeStage.AT_ONCE);
            assertThat(a.recipe().term()).isEmpty();
            a.wire().mend();
            var after = elected(a, fault, RecipeStage.READY);
            assertThat(after.what()).as("the same term").isEqualTo(before.what());
            assertThat(a.recipe().term()).contains(before.what().term());
        }
        stage.settle();

        assertThat(a.watches()).as("[X4] its own znode").isEqualTo(1);
        assertThat(b.heard(Elected.class)).isEmpty();
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderWhoseZnodeIsDeletedIsToldAndQueuesAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        var fault = Instant.now();
        hand.delete(znodeOf(hand, "a"));
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        elected(b, fault, RecipeStage.AT_ONCE);
        awaitQueue(stage, b, "b", "a");
        b.close();
        elected(a, fault, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderWhoseZnodeIsDeletedWhileItIsCutOffQueuesAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        a.wire().cut();
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        hand.delete(znodeOf(hand, "a"));
        elected(b, RecipeStage.AT_ONCE);
        a.wire().mend();
        awaitQueue(stage, b, "b", "a");

        assertThat(a.heard(Elected.class)).hasSize(1);
        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderWhoseZnodesDataWasSetStillHearsOfItsDeletion(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        stage.settle();

        hand.set(znodeOf(hand, "a"), "a");
        stage.settle();
        var fault = Instant.now();
        hand.delete(znodeOf(hand, "a"));
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        elected(a, fault, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderWhoseWatchWasLostWithTheConnectionStillHearsOfItsDeletion(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        stage.settle();
        var own = znodeOf(hand, "a");
        var lost = a.wire().loseAnswer(request -> isWatch(request, onTheWire(stage, own)));

        var fault = Instant.now();
        hand.set(own, "a"); // the watch is used up, and the next one lost
        stage.await("the answer is lost", lost, RecipeStage.READY);
        elected(a, fault, RecipeStage.READY);
        stage.settle();
        var deletion = Instant.now();
        hand.delete(own);
        a.awaitHeard(Deposed.class, deletion, any -> true, RecipeStage.AT_ONCE);
        elected(a, deletion, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies(Rule.E4)
    public void aWaitingCandidateWhoseZnodeWasDeletedLeadsInTheEnd(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        var c = enter(stage, hand, "c");
        stage.settle();

        hand.delete(znodeOf(hand, "b"));
        stage.settle();
        a.close();
        elected(c, RecipeStage.AT_ONCE);
        awaitQueue(stage, c, "c", "b");
        c.close();
        elected(b, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aQueueThatAnOperatorDeletedIsMadeAgain(RecipeStage stage) {
        stage.sessionTimeout(LONG_SESSION);
        var hand = stage.hand();
        var a = leading(stage, hand, "a");
        var b = enter(stage, hand, "b");
        stage.settle();

        var fault = Instant.now();
        hand.deleteAll(RecipeStage.RECIPE);
        a.awaitHeard(Deposed.class, RecipeStage.AT_ONCE);
        stage.eventually(
                "both queue again", RecipeStage.READY, () -> candidates(a).size() == 2);
        var leader = candidates(a).get(0).equals("a") ? a : b;
        elected(leader, fault, RecipeStage.AT_ONCE);
        leader.close();
        elected(leader == a ? b : a, fault, RecipeStage.AT_ONCE);

        Candidacies.on(stage).judge();
    }

    /** Something elsewhere that takes tokens: what a leader does to it counts only until a later leader came. */
    private static final class FencedResource {
        private long highest;

        boolean write(Election.Term term) {
            if (term.token() < highest) {
                return false;
            }
            highest = term.token();
            return true;
        }
    }
}
