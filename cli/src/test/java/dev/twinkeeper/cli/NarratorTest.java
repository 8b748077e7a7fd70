package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NarratorTest {
    private final CapturedTerminal terminal = new CapturedTerminal();

    private List<String> narrate(Event... events) {
        try (Narrator narrator = new Narrator(terminal.terminal(), Duration.ofHours(1))) {
            for (Event event : events) {
                narrator.on(event);
            }
        }
        return terminal.out().stream()
                .map(line -> line.substring("HH:mm:ss.SSS  ".length()))
                .toList();
    }

    private static TaskId task(int number) {
        return new TaskId("task-%010d".formatted(number));
    }

    private static Event assigned(int number, int worker) {
        return new Event.TaskAssigned(task(number), new WorkerId("w" + worker), 3);
    }

    @Test
    void tellsEachEventInALineWithTheTimeOfDay() {
        List<String> lines = narrate(
                new Event.Connected(0xabcL),
                new Event.Standby(new MasterId("m1"), Optional.of("m2 there")),
                new Event.Elected(new MasterId("m1"), 3),
                new Event.TookOver(3, 1, 5, 0, 2),
                new Event.WorkerJoined(new WorkerId("w1"), 4),
                assigned(7, 1),
                new Event.WorkerLost(new WorkerId("w1"), 1),
                new Event.TaskMoved(task(7), new WorkerId("w1"), new WorkerId("w2"), 3),
                new Event.TaskGivenUp(task(8), new WorkerId("w1"), 3, 3),
                new Event.Disconnected());

        assertThat(terminal.out()).allMatch(line -> line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  \\S.*"));
        assertThat(lines)
                .containsExactly(
                        "connected, session 0xabc",
                        "standby: m2 there reigns",
                        "elected: m1 reigns, epoch 3",
                        "took over: 1 worker, 5 pending, 0 assigned, 2 completed",
                        "worker w1 joined, 4 slots",
                        "task-0000000007 assigned to w1",
                        "worker w1 lost with 1 unfinished task",
                        "task-0000000007 moved from w1 to w2",
                        "task-0000000008 given up: 3 workers were lost with it, the last was w1",
                        "disconnected; looking for a server, the session may live on");
    }

    @Test
    void tellsAWorkerThatWaitsForItsNameWhoHasItSinceWhenAndForHowLong() {
        WorkerId w1 = new WorkerId("w1");
        Instant since = Instant.parse("2026-12-01T01:55:19.250Z");

        assertThat(narrate(
                        new Event.WaitingForId(w1, 0xabcL, "7@host", since, Duration.ofSeconds(16)),
                        new Event.WaitingForId(w1, 0xabcL, "", since, Duration.ofSeconds(10))))
                .containsExactly(
                        "waiting for the name w1, at most 16s: 7@host, session 0xabc, registered at"
                                + " 2026-12-01T01:55:19Z, has it, perhaps our own session of before",
                        "waiting for the name w1, at most 10s: session 0xabc, registered at"
                                + " 2026-12-01T01:55:19Z, has it, perhaps our own session of before");
    }

    @Test
    void countsWhatComesByTheHundred() {
        Event[] burst = new Event[157];
        for (int i = 0; i < burst.length; i++) {
            burst[i] = assigned(i, i % 4);
        }

        List<String> lines = narrate(burst);

        assertThat(lines).hasSize(Narrator.ONE_BY_ONE + 1);
        assertThat(lines.get(Narrator.ONE_BY_ONE)).isEqualTo("assigned 137 more tasks to 4 workers");
    }

    @Test
    void countsEachKindByItself() {
        Event[] burst = new Event[42];
        for (int i = 0; i < burst.length; i++) {
            boolean started = i % 2 == 0;
            burst[i] = started
                    ? new Event.TaskStarted(task(i), new WorkerId("w"))
                    : new Event.TaskCompleted(task(i), new WorkerId("w"), i != 41);
        }

        List<String> lines = narrate(burst);

        assertThat(lines).contains("started 1 more task", "completed 1 more task, 1 of them failed");
    }

    @Test
    void tellsWhatItCountedBeforeSomethingElseHappens() {
        Event[] events = new Event[22];
        for (int i = 0; i < 21; i++) {
            events[i] = assigned(i, 1);
        }
        events[21] = new Event.Deposed(new MasterId("m1"), 3, "its session expired");

        List<String> lines = narrate(events);

        assertThat(lines)
                .endsWith(
                        "assigned 1 more task to 1 worker",
                        "deposed: the reign of epoch 3 is over, its session expired");
    }

    @Test
    void paintsOnlyWhereColourIsWanted() {
        CapturedTerminal coloured = new CapturedTerminal(true);
        try (Narrator narrator = new Narrator(coloured.terminal())) {
            narrator.on(new Event.Disconnected());
        }
        narrate(new Event.Disconnected());

        assertThat(coloured.out().get(0)).contains("\u001b[33m");
        assertThat(terminal.out().get(0)).doesNotContain("\u001b");
    }
}
