package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Keeps what a role tells, with the time. */
final class Ear implements Listener {
    private final String actor;
    private final Queue<Heard<Event>> heard = new ConcurrentLinkedQueue<>();
    private volatile Instant closed = Instant.MAX;

    Ear(String actor) {
        this.actor = actor;
    }

    @Override
    public void on(Event event) {
        heard.add(new Heard<>(Instant.now(), actor, event));
    }

    /** From now on it should hear nothing. */
    void close() {
        closed = Instant.now();
    }

    /** What it heard nevertheless (R4). */
    List<Heard<Event>> late() {
        return heard.stream().filter(each -> each.at().isAfter(closed)).toList();
    }

    List<Heard<Event>> all() {
        return List.copyOf(heard);
    }
}
