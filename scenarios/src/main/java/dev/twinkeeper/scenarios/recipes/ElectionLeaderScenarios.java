package dev.twinkeeper.scenarios.recipes;

import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.LONG_SESSION;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.awaitQueue;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.candidates;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.elected;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.enter;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.isWatch;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.leading;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.onTheWire;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.token;
import static dev.twinkeeper.scenarios.recipes.ElectionFixtures.znodeOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.scenarios.RecipeEvent.Deposed;
import dev.twinkeeper.scenarios.RecipeEvent.Elected;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Instant;

/** A leader that is cut off, expired or tampered with: it knows when to stop, and another one follows. */
public final class ElectionLeaderScenarios {
    @Verifies({Rule.E2, Rule.E3, Rule.E4, Rule.E7})
    public void anotherLeadsWhenTheLeadersSessionExpires(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = enter(context, operator, "a");
        var first = elected(a, ScenarioContext.READY);
        var b = enter(context, operator, "b");
        context.settle();

        var fault = Instant.now();
        a.expire();
        var second = elected(b, fault, ScenarioContext.AT_ONCE);
        a.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        awaitQueue(context, b, "b", "a");
        b.close();
        var third = elected(a, fault, ScenarioContext.AT_ONCE);

        assertThat(token(second)).isGreaterThan(token(first));
        assertThat(token(third)).isGreaterThan(token(second));
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E1, Rule.E2, Rule.E7})
    public void aLeaderThatIsCutOffHasStoppedWhenAnotherLeads(ScenarioContext context) {
        var operator = context.operator();
        var zombie = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        var fault = Instant.now();
        zombie.wire().cut();
        // No server can tell it of its session's end.
        var another = elected(b, fault, ScenarioContext.SUCCESSION);
        assertThat(zombie.role().term()).as("[E2] whom it believes to lead").isEmpty();
        var deposed = zombie.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        zombie.wire().mend();
        awaitQueue(context, b, "b", "a");

        assertThat(deposed.at()).as("[E2] when it was told").isBefore(another.at());
        assertThat(zombie.told(Elected.class)).hasSize(1);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderThatCanNotBeHeardHasStoppedWhenAnotherLeads(ScenarioContext context) {
        var operator = context.operator();
        var mute = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        var fault = Instant.now();
        mute.wire().stallRequests();
        var another = elected(b, fault, ScenarioContext.SUCCESSION);
        var believes = mute.role().term();
        var deposed = mute.told(Deposed.class);
        mute.wire().mend();
        awaitQueue(context, b, "b", "a");

        assertThat(deposed).as("told by the time that another was").hasSize(1);
        assertThat(believes).isEmpty();
        assertThat(mute.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE).at()).isBefore(another.at());
        Candidacies.on(context).check();
    }

    @Verifies(Rule.E3)
    public void aZombiesWriteWithItsOldTokenIsRefused(ScenarioContext context) {
        var operator = context.operator();
        var resource = new FencedResource();
        var zombie = enter(context, operator, "a");
        var old = elected(zombie, ScenarioContext.READY).event().term();
        var b = enter(context, operator, "b");
        assertThat(resource.write(old)).isTrue();

        // It had the write under way when it was cut off, and looks at nothing before it goes on.
        zombie.wire().cut();
        var next = elected(b, ScenarioContext.SUCCESSION).event().term();

        assertThat(resource.write(next)).isTrue();
        assertThat(resource.write(old)).as("[E3] the zombie's write").isFalse();
        assertThat(resource.write(next)).isTrue();
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderCutOffForAMomentIsDeposedAndLeadsOn(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = enter(context, operator, "a");
        var before = elected(a, ScenarioContext.READY);
        var b = enter(context, operator, "b");

        for (int time = 1; time <= 3; time++) {
            var fault = Instant.now();
            a.wire().cut();
            a.awaitEvent(Deposed.class, fault, any -> true, ScenarioContext.AT_ONCE);
            assertThat(a.role().term()).isEmpty();
            a.wire().mend();
            var after = elected(a, fault, ScenarioContext.READY);
            assertThat(after.event()).as("the same term").isEqualTo(before.event());
            assertThat(a.role().term()).contains(before.event().term());
        }
        context.settle();

        assertThat(a.watches()).as("[X4] its own znode").isEqualTo(1);
        assertThat(b.told(Elected.class)).isEmpty();
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderWhoseZnodeIsDeletedIsToldAndQueuesAgain(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        var fault = Instant.now();
        operator.delete(znodeOf(operator, "a"));
        a.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        elected(b, fault, ScenarioContext.AT_ONCE);
        awaitQueue(context, b, "b", "a");
        b.close();
        elected(a, fault, ScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderWhoseZnodeIsDeletedWhileItIsCutOffQueuesAgain(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        a.wire().cut();
        a.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        operator.delete(znodeOf(operator, "a"));
        elected(b, ScenarioContext.AT_ONCE);
        a.wire().mend();
        awaitQueue(context, b, "b", "a");

        assertThat(a.told(Elected.class)).hasSize(1);
        Candidacies.on(context).check();
    }

    @Verifies({Rule.E1, Rule.E2})
    public void aLeaderWhoseZnodesDataWasSetStillHearsOfItsDeletion(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        context.settle();

        operator.set(znodeOf(operator, "a"), "a");
        context.settle();
        var fault = Instant.now();
        operator.delete(znodeOf(operator, "a"));
        a.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        elected(a, fault, ScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aLeaderWhoseWatchWasLostWithTheConnectionStillHearsOfItsDeletion(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        context.settle();
        var own = znodeOf(operator, "a");
        var lost = a.wire().loseAnswer(request -> isWatch(request, onTheWire(context, own)));

        var fault = Instant.now();
        operator.set(own, "a"); // the watch is used up, and the next one lost
        ScenarioContext.await("the answer is lost", lost, ScenarioContext.READY);
        elected(a, fault, ScenarioContext.READY);
        context.settle();
        var deletion = Instant.now();
        operator.delete(own);
        a.awaitEvent(Deposed.class, deletion, any -> true, ScenarioContext.AT_ONCE);
        elected(a, deletion, ScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
    }

    @Verifies(Rule.E4)
    public void aWaitingCandidateWhoseZnodeWasDeletedLeadsInTheEnd(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        var c = enter(context, operator, "c");
        context.settle();

        operator.delete(znodeOf(operator, "b"));
        context.settle();
        a.close();
        elected(c, ScenarioContext.AT_ONCE);
        awaitQueue(context, c, "c", "b");
        c.close();
        elected(b, ScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
    }

    @Verifies({Rule.E2, Rule.X5})
    public void aQueueThatAnOperatorDeletedIsMadeAgain(ScenarioContext context) {
        context.sessionTimeout(LONG_SESSION);
        var operator = context.operator();
        var a = leading(context, operator, "a");
        var b = enter(context, operator, "b");
        context.settle();

        var fault = Instant.now();
        operator.deleteAll(ScenarioContext.RECIPE);
        a.awaitEvent(Deposed.class, ScenarioContext.AT_ONCE);
        context.eventually(
                "both queue again", ScenarioContext.READY, () -> candidates(a).size() == 2);
        var leader = candidates(a).get(0).equals("a") ? a : b;
        elected(leader, fault, ScenarioContext.AT_ONCE);
        leader.close();
        elected(leader == a ? b : a, fault, ScenarioContext.AT_ONCE);

        Candidacies.on(context).check();
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
