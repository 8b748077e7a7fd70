package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what one participant tells, with the time: a role's {@link Event}s, or a recipe's {@link RecipeEvent}s. */
final class EventLog implements Listener {
    private final String participant;
    private final Queue<TimedEvent<Object>> all = new ConcurrentLinkedQueue<>();
    private volatile Instant closed = Instant.MAX;

    EventLog(String participant) {
        this.participant = participant;
    }

    @Override
    public void on(Event event) {
        add(event);
    }

    void add(Object event) {
        all.add(new TimedEvent<>(Instant.now(), participant, event));
    }

    /** From now on nothing should be told. */
    void close() {
        closed = closed == Instant.MAX ? Instant.now() : closed;
    }

    /** What was told nevertheless (R4, X3); a handler that was at work may end later. */
    List<TimedEvent<Object>> late() {
        return all.stream()
                .filter(each -> each.at().isAfter(closed) && !(each.event() instanceof RecipeEvent.Handled))
                .toList();
    }

    List<TimedEvent<Object>> all() {
        return List.copyOf(all);
    }
}
