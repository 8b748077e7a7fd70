package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** When an operator changes {@code /master} and {@code /master-epoch}. */
public final class OperatorScenarios {
    /** For a watch to be heard, and what follows to be sent. */
    private static final Duration HEARD = Duration.ofMillis(200);

    @Verifies({Rule.S1, Rule.L1})
    public void deletingMasterEndsTheReignThoughTheSessionLives(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var first = master.awaitEvent(Event.Elected.class, ScenarioContext.READY);
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();

        var deletion = Instant.now();
        operator.delete("/master");
        master.awaitEvent(Event.Deposed.class, deletion, ScenarioContext.SUCCESSION);
        var next = master.awaitEvent(Event.Elected.class, deletion, ScenarioContext.SUCCESSION);

        assertThat(next.event().epoch()).isGreaterThan(first.event().epoch());
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.S1, Rule.L6})
    public void everyDeletionEndsOneReignAndBeginsOne(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1", Given.LONG_SESSION).awaitReady();

        for (int epoch = 1; epoch <= 10; epoch++) {
            long reign = epoch;
            master.awaitEvent(
                    Event.Elected.class, Instant.MIN, event -> event.epoch() >= reign, ScenarioContext.SUCCESSION);
            // A change and a deletion at once: whoever still asks what the change was gets the deletion for an answer.
            operator.set("/master", "I was here");
            operator.delete("/master");
        }
        master.awaitEvent(Event.TookOver.class, Instant.MIN, event -> event.epoch() >= 11, ScenarioContext.SUCCESSION);

        assertThat(master.events(Event.Elected.class)).hasSize(11);
        assertThat(operator.stat("/master-epoch").orElseThrow().getVersion()).isEqualTo(11);
    }

    @Verifies({Rule.S1, Rule.L1, Rule.L2})
    public void deletingMasterOverAndOverLeavesOneWhoReigns(ScenarioContext context) {
        var operator = context.operator();
        var masters = Stream.of("m1", "m2").map(context::master).toList();
        masters.forEach(each -> each.awaitReady());
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();

        for (int i = 0; i < 10; i++) {
            operator.awaitExists("/master", ScenarioContext.SUCCESSION);
            operator.set("/master", "I was here");
            operator.delete("/master");
        }
        var task = context.submit(client, "at last");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("at last"));
        context.eventually(
                "one reigns, one stands by",
                ScenarioContext.SUCCESSION,
                () -> masters.stream()
                                .filter(each -> each.role().leadership().reigns())
                                .count()
                        == 1);
    }

    @Verifies({Rule.S1, Rule.L2})
    public void settingMasterLeavesTheReignAsItIs(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();
        context.outcome(client, context.submit(client, "before"));

        operator.set("/master", "an operator's remark");
        operator.set("/master", "and another");
        var task = context.submit(client, "after");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("after"));
        assertThat(master.events(Event.Elected.class)).hasSize(1);
        assertThat(operator.get("/master")).isEqualTo("and another");
    }

    @Verifies({Rule.S1, Rule.L1})
    public void settingMasterEpochEndsTheReignAndAnotherBegins(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var first = master.awaitEvent(Event.Elected.class, ScenarioContext.READY);
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();

        operator.set("/master-epoch", "an operator's remark");
        var task = context.submit(client, "after");

        assertThat(context.outcome(client, task)).isEqualTo(Told.done("after"));
        var next = master.awaitEvent(Event.Elected.class, first.at(), ScenarioContext.SUCCESSION);
        assertThat(next.event().epoch()).isEqualTo(first.event().epoch() + 2);
    }

    @Verifies({Rule.S1, Rule.L1})
    public void aMasterMadeByHandReignsUntilItIsReleased(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.createEphemeral("/master", "master1.example.com:2182");

        var master = context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();
        var task = context.submit(client, "wait");
        var standby = master.awaitEvent(Event.Standby.class, ScenarioContext.READY);
        var assigned = operator.children("/assign/w1");
        operator.delete("/master");

        master.awaitEvent(Event.Elected.class, ScenarioContext.SUCCESSION);
        assertThat(standby.event().reigning()).contains("master1.example.com:2182");
        assertThat(assigned).isEmpty();
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("wait"));
    }

    @Verifies({Rule.S1, Rule.L1})
    public void aMasterMadeByHandInPlaceOfOursEndsOurReign(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var client = context.client("c1").awaitReady();
        context.worker("w1").awaitReady();
        master.awaitEvent(Event.WorkerJoined.class, ScenarioContext.READY);

        // Held up, ours can neither see the deletion nor claim again before the other one stands there.
        master.wire().stallRequests();
        var task = context.submit(client, "wait");
        // Time for it to hear of the task and to assign it: what it sends now arrives when the other one stands there.
        context.throughout(
                "nothing is assigned",
                HEARD,
                () -> operator.children("/assign/w1").isEmpty());
        operator.delete("/master");
        operator.createEphemeral("/master", "mine");
        master.mend();
        var standby = master.awaitEvent(Event.Standby.class, ScenarioContext.READY);
        var assigned = operator.children("/assign/w1");
        operator.delete("/master");

        assertThat(standby.event().reigning()).contains("mine");
        assertThat(assigned).isEmpty();
        assertThat(context.outcome(client, task)).isEqualTo(Told.done("wait"));
    }

    @Verifies({Rule.S1, Rule.R6})
    public void aPersistentMasterIsSetAsideAndNobodyReignsUntilItIsDeleted(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.create("/master", "left by a typing error");

        var master = context.master("m1").awaitReady();
        var warning = master.awaitEvent(Event.SetAside.class, ScenarioContext.READY);
        operator.set("/master", "and changed");
        operator.set("/master", "and changed again");
        var deletion = Instant.now();
        operator.delete("/master");

        master.awaitEvent(Event.Elected.class, deletion, ScenarioContext.SUCCESSION);
        assertThat(warning.event().path()).isEqualTo(context.layout().master());
        assertThat(master.events(Event.SetAside.class)).hasSize(1);
    }
}
