package dev.twinkeeper.scenarios.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventStreamTest {
    private static final int EMITS = 1_000_000;

    private static final Observation.Fault CUT = new Observation.Fault("cut off", true);

    private final EventStream stream = new EventStream();

    @Test
    void whereNobodyReadsNothingIsMade() {
        List<String> asked = new ArrayList<>();
        stream.emit("m1", () -> {
            asked.add("made");
            return CUT;
        });
        assertThat(asked).isEmpty();
    }

    /** The claim of the class: a read of a field. The bound is generous, since other tests may run at the same time. */
    @Test
    void whereNobodyReadsItCostsNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        emitALot();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long begin = threads.getCurrentThreadCpuTime();
        emitALot();
        long nanos = threads.getCurrentThreadCpuTime() - begin;
        long allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
        System.out.printf(
                "an event that nobody reads: %.2f ns of CPU, %.3f bytes%n",
                nanos / (double) EMITS, allocated / (double) EMITS);
        assertThat(allocated).isLessThan(EMITS / 10);
        assertThat(nanos / EMITS).isLessThan(100);
    }

    private void emitALot() {
        for (int i = 0; i < EMITS; i++) {
            stream.emit("m1", () -> new Observation.Fault("cut off", true));
        }
    }

    @Test
    void eachReaderGetsAllInOrderUntilItEnds() {
        List<EventStream.Entry> one = new ArrayList<>();
        List<EventStream.Entry> other = new ArrayList<>();
        EventStream.Subscription first = stream.subscribe(one::add);
        stream.subscribe(other::add);
        stream.emit("m1", CUT);
        first.close();
        stream.emit("m1", new Observation.Fault("mended", false));
        assertThat(one).hasSize(1);
        assertThat(other).hasSize(2).isSortedAccordingTo((a, b) -> Long.compare(a.nanos(), b.nanos()));
        assertThat(stream.isRead()).isTrue();
    }

    @Test
    void aReaderThatThrowsHarmsNobody() {
        List<EventStream.Entry> read = new ArrayList<>();
        stream.subscribe(entry -> {
            throw new IllegalStateException("on purpose");
        });
        stream.subscribe(read::add);
        stream.emit("m1", CUT);
        assertThat(read).hasSize(1);
    }

    static Stream<Event> events() {
        TaskId task = new TaskId("task-0000000007");
        WorkerId worker = new WorkerId("w \"1\"");
        return Stream.of(
                new Event.Connected(0x1234),
                new Event.Disconnected(),
                new Event.Refused(Problem.ID_IN_USE, "taken"),
                new Event.Elected(new MasterId("m1"), 3),
                new Event.Standby(new MasterId("m1"), Optional.of("m2 here")),
                new Event.Standby(new MasterId("m1"), Optional.empty()),
                new Event.TaskMoved(task, worker, new WorkerId("w2"), 4),
                new Event.TaskGivenUp(task, worker, 3, 4),
                new Event.TaskCompleted(task, worker, false),
                new Event.Learnt(task, new Outcome.Done(Payload.of("line\nline"))),
                new Event.Learnt(task, new Outcome.Failed("why")),
                new Event.Learnt(task, new Outcome.Unknown(Outcome.Reason.TIME_UP, "time was up")));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventGetsFromOneProcessToAnother(Event event) {
        String line = EventJson.line(event);
        assertThat(line).doesNotContain("\n");
        assertThat(EventJson.parse(line)).isEqualTo(event);
    }
}
