package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.Verifies;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.zookeeper.ZooDefs.Perms;

/** While something keeps failing: what a role asks of the ensemble is counted on its wire, and it is little. */
public final class BoundsScenarios {
    /** Long enough for a loop to show, which would make thousands of requests. */
    private static final Duration WINDOW = Duration.ofMillis(1_500);

    /** A refusal that lasts is asked about once a second, and asking may take some requests. */
    private static final int A_SECOND = 30;

    private static final long MOST = WINDOW.toMillis() * A_SECOND / 1_000;

    /** Nobody may change anything but this list of permissions itself. */
    private static final int REFUSED = Perms.READ | Perms.ADMIN;

    @Verifies(Rule.L6)
    public void aClusterWithNothingToDoIsSilent(ScenarioContext context) {
        var master = context.master("m1").awaitReady();
        var standby = context.master("m2").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        context.outcome(client, context.submit(client, "hello"));

        staysCalm(context, List.of(master, standby, worker, client));
    }

    @Verifies({Rule.L6, Rule.L5})
    public void withoutAConnectionNothingLoops(ScenarioContext context) {
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var all = List.of(master, worker, client);
        all.forEach(TestParticipant::cut);

        var submits = client.role().submitAll(List.of(Payload.of("1"), Payload.of("2")));
        staysCalm(context, all);
        all.forEach(TestParticipant::mend);

        submits.forEach(each -> assertThat(
                        context.outcome(client, ScenarioContext.await("a submit", each, ScenarioContext.READY))
                                .known())
                .isTrue());
    }

    @Verifies({Rule.L6, Rule.L2})
    public void refusedAssignmentsAreTriedNowAndThen(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        operator.setAcl("/assign/w1", REFUSED);

        var tasks = context.submitAll(client, Told.commands(10));
        staysCalm(context, List.of(master, worker, client));
        operator.setAcl("/assign/w1", Perms.ALL);

        tasks.forEach(task -> assertThat(context.outcome(client, task).known()).isTrue());
    }

    @Verifies({Rule.L6, Rule.L1})
    public void refusedClaimsAreTriedNowAndThen(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.setAcl("/master-epoch", REFUSED);

        var m1 = context.master("m1");
        var m2 = context.master("m2");
        m1.awaitEvent(Event.SetAside.class, ScenarioContext.READY);
        staysCalm(context, List.of(m1, m2));
        operator.setAcl("/master-epoch", Perms.ALL);

        context.eventually(
                "one reigns",
                ScenarioContext.READY,
                () -> List.of(m1, m2).stream()
                        .anyMatch(each -> each.role().leadership().reigns()));
        assertThat(m1.events(Event.SetAside.class)).as("warnings").hasSize(1);
    }

    /** The queues that the Curator side and its variant have; to the others they are znodes of somebody. */
    @Verifies({Rule.L6, Rule.L1})
    public void aRefusedPlaceInAQueueOfCandidatesIsAskedForNowAndThen(ScenarioContext context) {
        var operator = context.operator();
        var queues = List.of("/master-candidates", "/master-candidates-selector");
        operator.createParents();
        queues.forEach(queue -> operator.create(queue, ""));
        queues.forEach(queue -> operator.setAcl(queue, REFUSED));

        var master = context.master("m1");
        master.awaitEvent(Event.Connected.class, ScenarioContext.READY);
        context.throughout("it begins", WINDOW, () -> true);
        staysCalm(context, List.of(master));
        queues.forEach(queue -> operator.setAcl(queue, Perms.ALL));

        master.awaitEvent(Event.Elected.class, ScenarioContext.READY);
    }

    @Verifies(Rule.L6)
    public void aRoleThatIsRefusedFromTheBeginningIsToldWhyWhenItsConnectTimeoutIsOver(ScenarioContext context) {
        UnaryOperator<Settings> soon = settings -> settings.withConnectTimeout(Duration.ofSeconds(2));
        var operator = context.operator();
        operator.createChroot();
        operator.setAcl("", REFUSED);

        var ready = List.of(
                context.master("m1", soon).role().ready(),
                context.worker("w1", Work.prompt(), soon).role().ready(),
                context.client("c1", soon).role().ready());

        ready.forEach(each -> assertThat(Told.problem(each)).isEqualTo(Problem.NOT_ALLOWED));
        operator.setAcl("", Perms.ALL);
        assertThat(operator.children("")).isEmpty();
    }

    @Verifies({Rule.L5, Rule.R2})
    public void aRoleThatWasReadyOutlastsARefusalLongerThanItsConnectTimeout(ScenarioContext context) {
        var operator = context.operator();
        var worker = context.worker("w1", Work.prompt(), settings -> settings.withConnectTimeout(Duration.ofSeconds(2)))
                .awaitReady();
        operator.setAcl("/workers", REFUSED);

        var expiry = Instant.now();
        worker.expire();
        worker.awaitEvent(Event.SetAside.class, ScenarioContext.READY);
        context.throughout(
                "it is not refused",
                Duration.ofSeconds(4),
                () -> worker.events(Event.Refused.class).isEmpty());
        operator.setAcl("/workers", Perms.ALL);

        worker.awaitEvent(Event.Registered.class, expiry, ScenarioContext.READY);
    }

    @Verifies({Rule.L6, Rule.R1})
    public void refusedRegistrationsAreTriedNowAndThen(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.setAcl("/workers", REFUSED);

        var worker = context.worker("w1");
        worker.awaitEvent(Event.SetAside.class, ScenarioContext.READY);
        staysCalm(context, List.of(worker));
        operator.setAcl("/workers", Perms.ALL);

        worker.awaitReady();
        assertThat(operator.exists("/workers/w1")).isTrue();
    }

    @Verifies({Rule.L6, Rule.R6})
    public void aTaskThatCannotExpireIsTriedNowAndThen(ScenarioContext context) {
        var operator = context.operator();
        var master = context.master("m1", settings -> settings.withRetention(Duration.ofSeconds(1)))
                .awaitReady();
        context.worker("w1").awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        operator.create("/tasks/" + task + "/remark", "mine");
        operator.awaitExists("/tasks/" + task + "/status", ScenarioContext.READY);

        // One retention to become due, and another to be tried again.
        staysCalm(context, List.of(master));
        staysCalm(context, List.of(master));
        operator.delete("/tasks/" + task + "/remark");

        operator.awaitGone("/tasks/" + task, ScenarioContext.READY);
    }

    @Verifies({Rule.L6, Rule.R6})
    public void aParentThatCannotBeRemovedIsTriedNowAndThen(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.create("/assign/gone", "");
        operator.create("/assign/gone/no-task", "");
        var master = context.master("m1").awaitReady();

        // A session timeout to become due, and another while.
        staysCalm(context, List.of(master));
        staysCalm(context, List.of(master));
        operator.delete("/assign/gone/no-task");

        operator.awaitGone("/assign/gone", ScenarioContext.READY);
    }

    @Verifies({Rule.L6, Rule.L1})
    public void whileAPersistentMasterStandsThereCandidatesWait(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.create("/master", "left by a typing error");
        var m1 = context.master("m1").awaitReady();
        var m2 = context.master("m2").awaitReady();

        staysCalm(context, List.of(m1, m2));
        operator.delete("/master");

        context.eventually(
                "one reigns",
                ScenarioContext.SUCCESSION,
                () -> List.of(m1, m2).stream()
                        .anyMatch(each -> each.role().leadership().reigns()));
    }

    @Verifies({Rule.L6, Rule.R3})
    public void whileANameIsInUseAWorkerWaits(ScenarioContext context) {
        var operator = context.operator();
        operator.createParents();
        operator.createEphemeral("/workers/w1", "somebody else");
        var worker = context.worker("w1");
        worker.awaitEvent(Event.WaitingForId.class, ScenarioContext.READY);

        staysCalm(context, List.of(worker));
        operator.delete("/workers/w1");

        worker.awaitReady();
    }

    @Verifies({Rule.L6, Rule.S3})
    public void aWorkerWhoseTaskWasMovedDoesNotInsist(ScenarioContext context) {
        var operator = context.operator();
        var held = Work.held();
        var master = context.master("m1").awaitReady();
        var worker = context.worker("w1", held).awaitReady();
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        held.awaitBegun(1);
        worker.wire().stallRequests();
        held.release();
        operator.delete("/assign/w1/" + task);
        operator.create("/tasks/" + task + "/status", "done");
        worker.mend();

        staysCalm(context, List.of(master, worker));

        assertThat(context.outcome(client, task)).isEqualTo(Told.done(""));
        assertThat(context.outcome(client, context.submit(client, "next"))).isEqualTo(Told.done("next"));
    }

    @Verifies({Rule.L6, Rule.L4})
    public void whoWaitsForAnOutcomeAsksOnce(ScenarioContext context) {
        var client = context.client("c1").awaitReady();
        var task = context.submit(client, "hello");
        var outcome = client.role().outcome(task, ScenarioContext.OUTCOME);

        staysCalm(context, List.of(client));
        context.operator().create("/tasks/" + task + "/status", "done");

        assertThat(ScenarioContext.await("the outcome", outcome, ScenarioContext.READY))
                .isEqualTo(Told.done(""));
    }

    private static void staysCalm(ScenarioContext context, List<? extends TestParticipant<?>> participants) {
        var before = participants.stream().map(each -> each.traffic().total()).toList();
        context.throughout("at most " + MOST + " requests each", WINDOW, () -> {
            for (int i = 0; i < participants.size(); i++) {
                if (participants.get(i).traffic().total() - before.get(i) > MOST) {
                    return false;
                }
            }
            return true;
        });
    }
}
