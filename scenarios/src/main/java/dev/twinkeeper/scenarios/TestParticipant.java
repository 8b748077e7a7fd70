package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.checker.SessionOwner;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** A role that takes part in a scenario: the role itself, its own wire, and what it told. */
public final class TestParticipant<R extends Role> implements AutoCloseable {
    /** R4: "a few seconds at the most". */
    private static final Duration CLOSE = Duration.ofSeconds(15);

    private final SessionOwner owner;
    private final R role;
    private final Settings settings;
    private final Wire wire;
    private final EventLog eventLog;
    private final Ensemble ensemble;
    private volatile boolean closed;
    private volatile Optional<Long> closedSession = Optional.empty();

    TestParticipant(SessionOwner owner, R role, Settings settings, Wire wire, EventLog eventLog, Ensemble ensemble) {
        this.owner = owner;
        this.role = role;
        this.settings = settings;
        this.wire = wire;
        this.eventLog = eventLog;
        this.ensemble = ensemble;
    }

    public String id() {
        return owner.name();
    }

    /** What the role was made with. */
    public Settings settings() {
        return settings;
    }

    SessionOwner owner() {
        return owner;
    }

    public R role() {
        return role;
    }

    public Wire wire() {
        return wire;
    }

    /** Waits until the role takes part; {@link Role#ready()} says what that is. */
    public TestParticipant<R> awaitReady() {
        ScenarioContext.await(id() + " is ready", role.ready(), ScenarioContext.READY);
        return this;
    }

    // What it told.

    /** All that its listener heard so far. */
    public List<TimedEvent<Event>> events() {
        return eventLog.all();
    }

    /** Those of one kind that its listener heard so far. */
    public <E extends Event> List<TimedEvent<E>> events(Class<E> type) {
        return eventLog.all().stream()
                .filter(timed -> type.isInstance(timed.event()))
                .map(timed -> new TimedEvent<>(timed.at(), timed.participant(), type.cast(timed.event())))
                .toList();
    }

    /** Waits for the first event of that kind, from the beginning on. */
    public <E extends Event> TimedEvent<E> awaitEvent(Class<E> type, Duration bound) {
        return awaitEvent(type, Instant.MIN, event -> true, bound);
    }

    /** Waits for the first event of that kind heard after that moment: take {@link Instant#now()} before the fault. */
    public <E extends Event> TimedEvent<E> awaitEvent(Class<E> type, Instant after, Duration bound) {
        return awaitEvent(type, after, event -> true, bound);
    }

    /** Waits for the first event of that kind heard after that moment that is the one. */
    public <E extends Event> TimedEvent<E> awaitEvent(
            Class<E> type, Instant after, Predicate<E> which, Duration bound) {
        BoundedWait.until(
                id() + " tells " + type.getSimpleName(),
                bound,
                () -> find(type, after, which).isPresent());
        return find(type, after, which).orElseThrow();
    }

    private <E extends Event> Optional<TimedEvent<E>> find(Class<E> type, Instant after, Predicate<E> which) {
        return events(type).stream()
                .filter(timed -> timed.at().isAfter(after) && which.test(timed.event()))
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
        SessionCredentials session =
                wire.session().orElseThrow(() -> new IllegalStateException(id() + " has no session yet"));
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
        closedSession = isConnected() ? wire.session().map(SessionCredentials::id) : Optional.empty();
        ScenarioContext.await(
                id() + " is closed", CompletableFuture.runAsync(role::close, TestParticipant::onThread), CLOSE);
        eventLog.close();
    }

    private static void onThread(Runnable work) {
        Thread thread = new Thread(work, "closing");
        thread.setDaemon(true);
        thread.start();
    }

    /** As far as it told, and as far as the wire knows. */
    private boolean isConnected() {
        Optional<TimedEvent<Event>> last = eventLog.all().stream()
                .filter(timed -> timed.event() instanceof Event.Connected
                        || timed.event() instanceof Event.Disconnected
                        || timed.event() instanceof Event.SessionExpired)
                .reduce((earlier, later) -> later);
        return wire.connections() > 0
                && last.filter(timed -> timed.event() instanceof Event.Connected)
                        .isPresent();
    }

    /** The session that it closed in order, so that no ephemeral of it may be left. */
    Optional<Long> closedSession() {
        return closedSession;
    }

    /** What it told after it was closed. */
    List<TimedEvent<Event>> late() {
        return eventLog.late();
    }

    @Override
    public String toString() {
        return id();
    }
}
