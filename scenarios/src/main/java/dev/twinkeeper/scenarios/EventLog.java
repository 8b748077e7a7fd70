package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what a role tells, with the time. */
final class EventLog implements Listener {
    private final String participant;
    private final Queue<TimedEvent<Event>> timed = new ConcurrentLinkedQueue<>();
    private volatile Instant closed = Instant.MAX;

    EventLog(String participant) {
        this.participant = participant;
    }

    @Override
    public void on(Event event) {
        timed.add(new TimedEvent<>(Instant.now(), participant, event));
    }

    /** From now on it should hear nothing. */
    void close() {
        closed = Instant.now();
    }

    /** What it heard nevertheless (R4). */
    List<TimedEvent<Event>> late() {
        return timed.stream().filter(each -> each.at().isAfter(closed)).toList();
    }

    List<TimedEvent<Event>> all() {
        return List.copyOf(timed);
    }
}
