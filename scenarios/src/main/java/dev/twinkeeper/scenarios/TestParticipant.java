package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.scenarios.checker.SessionOwner;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A participant of a scenario: a role of the master–worker system, or one participant of a recipe; its own wire, and what
 * it told. Safe for several threads.
 */
public final class TestParticipant<R extends AutoCloseable> implements AutoCloseable {
    /** R4, X3: a close waits for a session timeout at the most; the rest is a busy machine. */
    private static final Duration CLOSE = Duration.ofSeconds(15);

    private final SessionOwner owner;
    private final R role;
    private final Wire wire;
    private final EventLog eventLog;
    private final Ensemble ensemble;
    private volatile boolean closed;
    private volatile Optional<Long> closedSession = Optional.empty();

    TestParticipant(SessionOwner owner, R role, Wire wire, EventLog eventLog, Ensemble ensemble) {
        this.owner = owner;
        this.role = role;
        this.wire = wire;
        this.eventLog = eventLog;
        this.ensemble = ensemble;
    }

    public String name() {
        return owner.name();
    }

    SessionOwner owner() {
        return owner;
    }

    /** The role, or the recipe, under test. */
    public R role() {
        return role;
    }

    public Wire wire() {
        return wire;
    }

    /** Waits until it takes part: {@link Role#ready()} says what that is; a recipe needs a session. */
    public TestParticipant<R> awaitReady() {
        if (role instanceof Role one) {
            ScenarioContext.await(name() + " is ready", one.ready(), ScenarioContext.READY);
        } else {
            BoundedWait.until(
                    name() + " is connected",
                    ScenarioContext.READY,
                    () -> wire.session().isPresent());
        }
        return this;
    }

    // What it told.

    /** Writes an event into its log that a scenario saw beside the listeners. */
    public void note(Object event) {
        eventLog.add(event);
    }

    /** All that it told so far. */
    public List<TimedEvent<Object>> events() {
        return eventLog.all();
    }

    /** What it told of one kind so far, with the times. */
    public <E> List<TimedEvent<E>> events(Class<E> type) {
        return eventLog.all().stream()
                .filter(timed -> type.isInstance(timed.event()))
                .map(timed -> new TimedEvent<>(timed.at(), timed.participant(), type.cast(timed.event())))
                .toList();
    }

    /** What it told of one kind so far. */
    public <E> List<E> told(Class<E> type) {
        return events(type).stream().map(TimedEvent::event).toList();
    }

    /** Waits for the first event of that kind, from the beginning on. */
    public <E> TimedEvent<E> awaitEvent(Class<E> type, Duration bound) {
        return awaitEvent(type, Instant.MIN, event -> true, bound);
    }

    /** Waits for the first event of that kind after that moment: take {@link Instant#now()} before the fault. */
    public <E> TimedEvent<E> awaitEvent(Class<E> type, Instant after, Duration bound) {
        return awaitEvent(type, after, event -> true, bound);
    }

    /** Waits for the first event of that kind after that moment that is the one. */
    public <E> TimedEvent<E> awaitEvent(Class<E> type, Instant after, Predicate<E> which, Duration bound) {
        BoundedWait.until(
                name() + " tells " + type.getSimpleName(),
                bound,
                () -> find(type, after, which).isPresent());
        return find(type, after, which).orElseThrow();
    }

    private <E> Optional<TimedEvent<E>> find(Class<E> type, Instant after, Predicate<E> which) {
        return events(type).stream()
                .filter(timed -> timed.at().isAfter(after) && which.test(timed.event()))
                .findFirst();
    }

    /** What its wire carried. */
    public Traffic traffic() {
        return wire.traffic();
    }

    /** Calls it on a thread of its own: for calls that wait. */
    public <T> CompletableFuture<T> async(Callable<T> call) {
        return BoundedWait.async(name(), call);
    }

    // What happens to it.

    /** Cuts it off from the ensemble; its session lives on until it times out. */
    public void cut() {
        wire.cut();
    }

    public void mend() {
        wire.mend();
    }

    /** Its newest session. */
    public SessionCredentials session() {
        return wire.session().orElseThrow(() -> new IllegalStateException(name() + " has no session yet"));
    }

    /** Expires its session at the ensemble; returns when its ephemerals are gone. */
    public void expire() {
        Sessions.expire(ensemble.connectString(), session());
    }

    /** How many paths its session watches for their data, or persistently. */
    public int watches() {
        return ensemble.watches(session().id());
    }

    /**
     * Closes it in order; the wire stays, for what is still to be counted.
     *
     * @throws AssertionError where its own close does not return (R4)
     */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            closedSession = isConnected() ? wire.session().map(SessionCredentials::id) : Optional.empty();
        }
        ScenarioContext.await(
                name() + " is closed",
                async(() -> {
                    role.close();
                    return true;
                }),
                CLOSE);
        eventLog.close();
    }

    /** As far as it told, and as far as the wire knows. */
    private boolean isConnected() {
        Optional<Object> last = told(Object.class).stream()
                .filter(event -> event instanceof Event.Connected
                        || event instanceof Event.Disconnected
                        || event instanceof Event.SessionExpired)
                .reduce((earlier, later) -> later);
        return wire.connections() > 0
                && last.filter(Event.Connected.class::isInstance).isPresent();
    }

    /** The sessions of which no ephemeral may be left: a role's that it closed in order (R4), all of a recipe's (X4). */
    Set<Long> over() {
        return owner.is(SessionOwner.Kind.RECIPE)
                ? new HashSet<>(wire.sessions())
                : closedSession.map(Set::of).orElse(Set.of());
    }

    /** What it told after it was closed. */
    List<TimedEvent<Object>> late() {
        return eventLog.late();
    }

    @Override
    public String toString() {
        return name();
    }
}
