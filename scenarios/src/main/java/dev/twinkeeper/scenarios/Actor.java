package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Patience;
import dev.twinkeeper.scenarios.lab.Session;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.lab.Wire;
import dev.twinkeeper.scenarios.oracle.Participant;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A role on the stage: the role itself, its own wire, and what it told. */
public final class Actor<R extends Role> implements AutoCloseable {
    private final Participant participant;
    private final R role;
    private final Settings settings;
    private final Wire wire;
    private final Ear ear;
    private final Ensemble ensemble;

    Actor(Participant participant, R role, Settings settings, Wire wire, Ear ear, Ensemble ensemble) {
        this.participant = participant;
        this.role = role;
        this.settings = settings;
        this.wire = wire;
        this.ear = ear;
        this.ensemble = ensemble;
    }

    public String id() {
        return participant.name();
    }

    /** What the role was made with. */
    public Settings settings() {
        return settings;
    }

    Participant participant() {
        return participant;
    }

    public R role() {
        return role;
    }

    public Wire wire() {
        return wire;
    }

    /** Waits until the role takes part; {@link Role#ready()} says what that is. */
    public Actor<R> awaitReady() {
        Stage.await(id() + " is ready", role.ready(), Stage.READY);
        return this;
    }

    // What it told.

    /** All that its listener heard so far. */
    public List<Heard<Event>> events() {
        return ear.all();
    }

    /** Those of one kind that its listener heard so far. */
    public <E extends Event> List<Heard<E>> events(Class<E> type) {
        return ear.all().stream()
                .filter(heard -> type.isInstance(heard.event()))
                .map(heard -> new Heard<>(heard.at(), heard.actor(), type.cast(heard.event())))
                .toList();
    }

    /** Waits for the first event of that kind, from the beginning on. */
    public <E extends Event> Heard<E> awaitEvent(Class<E> type, Duration bound) {
        return awaitEvent(type, Instant.MIN, event -> true, bound);
    }

    /** Waits for the first event of that kind heard after that moment: take {@link Instant#now()} before the fault. */
    public <E extends Event> Heard<E> awaitEvent(Class<E> type, Instant after, Duration bound) {
        return awaitEvent(type, after, event -> true, bound);
    }

    /** Waits for the first event of that kind heard after that moment that is the one. */
    public <E extends Event> Heard<E> awaitEvent(Class<E> type, Instant after, Predicate<E> which, Duration bound) {
        Patience.until(
                id() + " tells " + type.getSimpleName(),
                bound,
                () -> find(type, after, which).isPresent());
        return find(type, after, which).orElseThrow();
    }

    private <E extends Event> Optional<Heard<E>> find(Class<E> type, Instant after, Predicate<E> which) {
        return events(type).stream()
                .filter(heard -> heard.at().isAfter(after) && which.test(heard.event()))
                .findFirst();
    }

    /** What its wire carried. */
    public Traffic traffic() {
        return wire.traffic();
    }

    // What happens to it.

    /** Cuts it off from the ensemble; its session lives on until it times out. */
    public void cut() {
        wire.cut();
    }

    public void mend() {
        wire.mend();
    }

    /** Expires its session at the ensemble; returns when its ephemerals are gone. */
    public void expire() {
        Session session = wire.session().orElseThrow(() -> new IllegalStateException(id() + " has no session yet"));
        Sessions.expire(ensemble.connectString(), session);
    }

    /** Closes the role in order; the wire stays, for what is still to be counted. */
    @Override
    public void close() {
        role.close();
    }

    @Override
    public String toString() {
        return id();
    }
}
