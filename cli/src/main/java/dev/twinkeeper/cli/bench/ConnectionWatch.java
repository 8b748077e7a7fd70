package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the roles of a run have their servers. Roles wait for a lost connection as long as it takes; a bench does not.
 * Safe for several threads.
 */
final class ConnectionWatch {
    /** Longer than an election, and than a pause of the garbage collector. */
    static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Map<String, Long> lostSince = new ConcurrentHashMap<>();
    private final AtomicInteger sessionsLost = new AtomicInteger();
    private volatile CoordinationException refused;

    /** Hears of one role's connection, and passes each event on. */
    Listener of(String role, Listener next) {
        return event -> {
            hear(role, event);
            next.on(event);
        };
    }

    private void hear(String role, Event event) {
        if (event instanceof Event.Disconnected) {
            lost(role);
        } else if (event instanceof Event.Connected) {
            connected(role);
        } else if (event instanceof Event.SessionExpired) {
            sessionsLost.incrementAndGet();
        } else if (event instanceof Event.Refused refusal) {
            refused = new CoordinationException(refusal.problem(), role + ": " + refusal.message());
        }
    }

    void lost(String role) {
        lostSince.putIfAbsent(role, System.nanoTime());
    }

    void connected(String role) {
        lostSince.remove(role);
    }

    int sessionsLost() {
        return sessionsLost.get();
    }

    /** @throws CoordinationException where a role has been without a server for too long, or was refused */
    void check() {
        check(System.nanoTime());
    }

    void check(long now) {
        CoordinationException why = refused;
        if (why != null) {
            throw why;
        }
        lostSince.forEach((role, since) -> {
            if (now - since > PATIENCE.toNanos()) {
                throw new CoordinationException(
                        Problem.CANNOT_CONNECT,
                        "the servers were lost in the middle of a run: " + role + " has had no connection for "
                                + Durations.format(PATIENCE) + "; what was measured before stands");
            }
        });
    }
}
