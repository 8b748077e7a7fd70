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
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** A role on the stage: the role itself, its own wire, and what it told. */
public final class Actor<R extends Role> implements AutoCloseable {
    /** R4: "a few seconds at the most". */
    private static final Duration CLOSE = Duration.ofSeconds(15);

    private final Participant participant;
    private final R role;
    private final Settings settings;
    private final Wire wire;
    private final Ear ear;
    private final Ensemble ensemble;
    private volatile boolean closed;
    private volatile Optional<Long> closedSession = Optional.empty();

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

    /**
     * Closes the role in order; the wire stays, for what is still to be counted. Idempotent.
     *
     * @throws AssertionError where the role's own close does not return (R4)
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        closedSession = isConnected() ? wire.session().map(Session::id) : Optional.empty();
        Stage.await(id() + " is closed", CompletableFuture.runAsync(role::close, Actor::onThread), CLOSE);
        ear.close();
    }

    private static void onThread(Runnable work) {
        Thread thread = new Thread(work, "closing");
        thread.setDaemon(true);
        thread.start();
    }

    /** As far as it told, and as far as the wire knows. */
    private boolean isConnected() {
        Optional<Heard<Event>> last = ear.all().stream()
                .filter(heard -> heard.event() instanceof Event.Connected
                        || heard.event() instanceof Event.Disconnected
                        || heard.event() instanceof Event.SessionExpired)
                .reduce((earlier, later) -> later);
        return wire.connections() > 0
                && last.filter(heard -> heard.event() instanceof Event.Connected)
                        .isPresent();
    }

    /** The session that it closed in order, so that no ephemeral of it may be left. */
    Optional<Long> closedSession() {
        return closedSession;
    }

    /** What it told after it was closed. */
    List<Heard<Event>> late() {
        return ear.late();
    }

    @Override
    public String toString() {
        return id();
    }
}
