package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.TimedEvent;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * From the fault to what a user waits for: the first assignment, by the next reign, of a task that was pending when the
 * fault struck. One worker with one slot is held up until then; from then on it works without a pause, so that tasks are
 * pending and a slot is free soon.
 */
final class Failover {
    /** They keep a worker with one slot busy for longer than a master may go on that was struck already. */
    private static final int TASKS = 10;

    static final int RUNS = 5;

    /** What happens to the master that reigns; returns the moment when it happened, and waits for nobody to notice. */
    interface Fault {
        Instant strike(TestParticipant<Master> reigning);
    }

    private final ScenarioContext context;
    private final List<TestParticipant<Master>> masters = new ArrayList<>();
    private final TestParticipant<Client> client;
    private final HeldUp work = new HeldUp();

    Failover(ScenarioContext context, List<TestParticipant<Master>> candidates) {
        this.context = context;
        masters.addAll(candidates);
        masters.forEach(TestParticipant::awaitReady);
        context.worker(
                        "w1",
                        work,
                        settings -> Takeover.LONG_SESSION.apply(settings).withSlots(1))
                .awaitReady();
        client = context.client("c1", Takeover.LONG_SESSION).awaitReady();
        context.outcome(client, context.submit(client, "the first"));
    }

    static Measure measure(String id, String what) {
        return Measure.less("failover." + id, Group.FAILOVER, "failover, " + what, Unit.MILLIS);
    }

    void add(TestParticipant<Master> candidate) {
        masters.add(candidate.awaitReady());
    }

    /**
     * Strikes while tasks are pending, waits for the first assignment of the next reign, and for all to be done.
     *
     * @return the master that was struck
     */
    TestParticipant<Master> run(Samples samples, Measure measure, Fault fault) {
        TimedEvent<Event.Elected> last = lastElection();
        long epoch = last.event().epoch();
        TestParticipant<Master> reigning = masters.stream()
                .filter(master -> master.events(Event.Elected.class).contains(last))
                .findFirst()
                .orElseThrow();
        work.hold();
        List<TaskId> tasks = context.submitAll(client, TaskCost.commands(TASKS));
        Instant at = fault.strike(reigning);
        work.go();
        context.eventually(
                "the next reign assigns",
                ScenarioContext.RECOVERY,
                () -> firstAssignment(epoch).isPresent());
        samples.add(measure, Duration.between(at, firstAssignment(epoch).orElseThrow()));
        reigning.mend();
        tasks.forEach(task -> context.outcome(client, task));
        return reigning;
    }

    /** Until it is a candidate again, or reigns: before it is the other one's turn to be lost. */
    void awaitCandidate(TestParticipant<Master> lost, Instant after) {
        context.eventually(
                lost + " stands again",
                ScenarioContext.RECOVERY,
                () -> lost.events().stream().anyMatch(heard -> heard.at().isAfter(after) && stands(heard.event())));
    }

    /** On a busy machine the other one's session may have ended too, and this one reigns. */
    private static boolean stands(Object event) {
        return event instanceof Event.Standby || event instanceof Event.Elected;
    }

    /** The next reign may be the same master's, once more. */
    private Optional<Instant> firstAssignment(long epoch) {
        return masters.stream()
                .flatMap(master -> master.events(Event.TaskAssigned.class).stream())
                .filter(heard -> heard.event().epoch() > epoch)
                .map(TimedEvent::at)
                .min(Instant::compareTo);
    }

    private TimedEvent<Event.Elected> lastElection() {
        return masters.stream()
                .flatMap(master -> master.events(Event.Elected.class).stream())
                .reduce((one, other) -> one.event().epoch() > other.event().epoch() ? one : other)
                .orElseThrow();
    }
}
