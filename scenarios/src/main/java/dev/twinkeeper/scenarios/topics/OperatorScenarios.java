package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.Stage;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;

/** When an operator lays hands on {@code /master} and {@code /master-epoch}. */
public final class OperatorScenarios {
    /** For a watch to be heard, and what follows to be sent. */
    private static final Duration HEARD = Duration.ofMillis(200);

    @Verifies({Rule.S1, Rule.L1})
    public void deletingMasterEndsTheReignThoughTheSessionLives(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        var first = master.awaitEvent(Event.Elected.class, Stage.READY);
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();

        var deletion = Instant.now();
        hand.delete("/master");
        master.awaitEvent(Event.Deposed.class, deletion, Stage.SUCCESSION);
        var next = master.awaitEvent(Event.Elected.class, deletion, Stage.SUCCESSION);

        assertThat(next.event().epoch()).isGreaterThan(first.event().epoch());
        assertThat(stage.outcome(client, stage.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.S1, Rule.L6})
    public void everyDeletionEndsOneReignAndBeginsOne(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1", Given.LONG_SESSION).awaitReady();

        for (int epoch = 1; epoch <= 10; epoch++) {
            long reign = epoch;
            master.awaitEvent(Event.Elected.class, Instant.MIN, event -> event.epoch() >= reign, Stage.SUCCESSION);
            // A change and a deletion at once: whoever still asks what the change was gets the deletion for an answer.
            hand.set("/master", "I was here");
            hand.delete("/master");
        }
        master.awaitEvent(Event.TookOver.class, Instant.MIN, event -> event.epoch() >= 11, Stage.SUCCESSION);

        assertThat(master.events(Event.Elected.class)).hasSize(11);
        assertThat(hand.stat("/master-epoch").orElseThrow().getVersion()).isEqualTo(11);
    }

    @Verifies({Rule.S1, Rule.L1, Rule.L2})
    public void deletingMasterOverAndOverLeavesOneWhoReigns(Stage stage) {
        var hand = stage.hand();
        var masters = Stream.of("m1", "m2").map(stage::master).toList();
        masters.forEach(each -> each.awaitReady());
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();

        for (int i = 0; i < 10; i++) {
            hand.awaitExists("/master", Stage.SUCCESSION);
            hand.set("/master", "I was here");
            hand.delete("/master");
        }
        var task = stage.submit(client, "at last");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("at last"));
        stage.eventually(
                "one reigns, one stands by",
                Stage.SUCCESSION,
                () -> masters.stream()
                                .filter(each -> each.role().leadership().reigns())
                                .count()
                        == 1);
    }

    @Verifies({Rule.S1, Rule.L2})
    public void settingMasterLeavesTheReignAsItIs(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();
        stage.outcome(client, stage.submit(client, "before"));

        hand.set("/master", "an operator's remark");
        hand.set("/master", "and another");
        var task = stage.submit(client, "after");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("after"));
        assertThat(master.events(Event.Elected.class)).hasSize(1);
        assertThat(hand.get("/master")).isEqualTo("and another");
    }

    @Verifies({Rule.S1, Rule.L1})
    public void settingMasterEpochEndsTheReignAndAnotherBegins(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        var first = master.awaitEvent(Event.Elected.class, Stage.READY);
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();

        hand.set("/master-epoch", "an operator's remark");
        var task = stage.submit(client, "after");

        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("after"));
        var next = master.awaitEvent(Event.Elected.class, first.at(), Stage.SUCCESSION);
        assertThat(next.event().epoch()).isEqualTo(first.event().epoch() + 2);
    }

    @Verifies({Rule.S1, Rule.L1})
    public void aMasterMadeByHandReignsUntilItIsReleased(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.createEphemeral("/master", "master1.example.com:2182");

        var master = stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();
        var task = stage.submit(client, "wait");
        var standby = master.awaitEvent(Event.Standby.class, Stage.READY);
        var assigned = hand.children("/assign/w1");
        hand.delete("/master");

        master.awaitEvent(Event.Elected.class, Stage.SUCCESSION);
        assertThat(standby.event().reigning()).contains("master1.example.com:2182");
        assertThat(assigned).isEmpty();
        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("wait"));
    }

    @Verifies({Rule.S1, Rule.L1})
    public void aMasterMadeByHandInPlaceOfOursEndsOurReign(Stage stage) {
        var hand = stage.hand();
        var master = stage.master("m1").awaitReady();
        var client = stage.client("c1").awaitReady();
        stage.worker("w1").awaitReady();
        master.awaitEvent(Event.WorkerJoined.class, Stage.READY);

        // Held up, ours can neither see the deletion nor claim again before the other one stands there.
        master.wire().stallRequests();
        var task = stage.submit(client, "wait");
        // Time for it to hear of the task and to assign it: what it sends now arrives when the other one stands there.
        stage.throughout(
                "nothing is assigned", HEARD, () -> hand.children("/assign/w1").isEmpty());
        hand.delete("/master");
        hand.createEphemeral("/master", "mine");
        master.mend();
        var standby = master.awaitEvent(Event.Standby.class, Stage.READY);
        var assigned = hand.children("/assign/w1");
        hand.delete("/master");

        assertThat(standby.event().reigning()).contains("mine");
        assertThat(assigned).isEmpty();
        assertThat(stage.outcome(client, task)).isEqualTo(Told.done("wait"));
    }

    @Verifies({Rule.S1, Rule.R6})
    public void aPersistentMasterIsSetAsideAndNobodyReignsUntilItIsDeleted(Stage stage) {
        var hand = stage.hand();
        hand.createParents();
        hand.create("/master", "left by a typing error");

        var master = stage.master("m1").awaitReady();
        var warning = master.awaitEvent(Event.SetAside.class, Stage.READY);
        hand.set("/master", "and changed");
        hand.set("/master", "and changed again");
        var deletion = Instant.now();
        hand.delete("/master");

        master.awaitEvent(Event.Elected.class, deletion, Stage.SUCCESSION);
        assertThat(warning.event().path()).isEqualTo(stage.layout().master());
        assertThat(master.events(Event.SetAside.class)).hasSize(1);
    }
}
