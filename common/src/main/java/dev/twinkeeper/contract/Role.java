package dev.twinkeeper.contract;

import java.util.concurrent.CompletionStage;

/**
 * A participant with a ZooKeeper session: a {@link Master}, a {@link Worker} or a {@link Client}.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. A role calls its {@link Listener} and completes its
 * futures on one thread of its own, one call after the other. A callback must return soon, and must not wait for the
 * same role.
 *
 * <p><b>Faults.</b> A lost connection, an expired session, a lost quorum and a restarted ensemble do not end a role: it
 * goes on by itself ({@link Rule#L5}). It ends by {@link #close()}, or when it is refused for good ({@link Rule#R3}),
 * which {@link #ready()} and an {@link Event.Refused} report.
 */
public interface Role extends AutoCloseable {
    /**
     * Completes when the role first takes part: a master stands by or reigns, a worker's own ephemeral exists, a
     * client can submit. Completes with a {@link CoordinationException} when it can't: {@code CANNOT_CONNECT} when no
     * server answered within {@link Settings#connectTimeout()}; {@code NOT_ALLOWED} or {@code TOO_OLD} when the servers
     * refuse what it needs; {@code ID_IN_USE}, {@code IN_THE_WAY} or {@code CLOSED}. The role has then ended.
     */
    CompletionStage<Void> ready();

    /**
     * Ends the role, and its session unless that is the caller's. Leaves no ephemeral znode behind if a server can be
     * reached. Idempotent. Waits for a few seconds, and for 15 at the most if a listener holds the role's thread. When
     * it returns, every open future has completed with {@code CLOSED}, and nothing is called back any more ({@link
     * Rule#R4}). Called from the role's own thread, it does not wait.
     */
    @Override
    void close();
}
