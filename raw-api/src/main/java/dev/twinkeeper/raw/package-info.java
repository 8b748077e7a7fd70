/**
 * Master, Worker and Client by hand, on ZooKeeper's asynchronous API and nothing above it.
 *
 * <p><b>How it works.</b> One {@link dev.twinkeeper.loop.Loop} owns all state of a role. A watcher or a callback is one
 * line that posts to the loop, through a {@link dev.twinkeeper.raw.session.PhaseGuard} that drops replies to an earlier
 * phase. Request and reply stand together: {@code look()}, and right below it {@code onLooked(…)}. A lost connection is
 * never handled at the reply: when the connection is back, the role passes a read barrier and begins again by reading.
 * This is the only way of recovery; no callback has a retry of its own.
 *
 * <p><b>Reading order.</b> {@code dev.twinkeeper.raw.session} and {@code Participant} are the common ground; {@code
 * MasterRole}, {@code Candidacy}, {@code Reign}, {@code Census} with its parts the master; {@code WorkerRole}, {@code
 * Registration}, {@code Duty} the worker; {@code ClientRole}, {@code Submissions}, {@code Outcomes}, {@code Removals}
 * the client. {@link dev.twinkeeper.raw.RawCoordination} makes them.
 */
package dev.twinkeeper.raw;
