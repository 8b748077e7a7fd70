package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what a role tells, with the time. */
final class Ear implements Listener {
    private final String actor;
    private final List<Heard<Event>> heard = new CopyOnWriteArrayList<>();

    Ear(String actor) {
        this.actor = actor;
    }

    @Override
    public void on(Event event) {
        heard.add(new Heard<>(Instant.now(), actor, event));
    }

    List<Heard<Event>> all() {
        return List.copyOf(heard);
    }
}
