/**
 * Master, Worker and Client with Apache Curator.
 *
 * <p>Every class here but the provider has a twin of the same name in {@code dev.twinkeeper.raw}; lay them side by side.
 * Only {@code Queue} has none.
 *
 * <p><b>What Curator takes away.</b> The handle of a session and its replacement ({@code Session}), six kinds of callback
 * for one ({@code Gate}; it has no multi of reads, which keeps the callback of ZooKeeper), a chroot's levels
 * ({@code Parents}), ACLs at each create, lists of nulls. And the election, as long as nobody has to rely on it
 * ({@code Queue}).
 *
 * <p><b>What it hides.</b> That a request may be sent twice, later, or in another session than the one that it was meant
 * for; that LOST may be a guess; which session a state is about; that a recipe's memory is not the ensemble's. The
 * comments that say "Curator" stand where a rule would break on one of these. What a rule hangs on is therefore the same
 * here as by hand: one {@link dev.twinkeeper.loop.Loop}, phases, the fence, tokens, the barrier and reading. Two recipes
 * that look made for a role are left alone: CuratorCache ({@code Census} says why) and PersistentNode
 * ({@code Registration}).
 *
 * <p><b>Order.</b> Curator's callbacks and watchers run on ZooKeeper's event thread, in the order of the wire, as long as
 * no executor is given to them; the view of the tree depends on it. Only the states of the connection come on another
 * thread.
 *
 * <p><b>Reading order.</b> {@code Connections}, {@code Session}, {@code Gate}, {@code Window}, {@code Parents},
 * {@code Participant} are the ground; {@code MasterRole}, {@code Candidacy}, {@code Queue}, {@code Reign},
 * {@code Census} the master; {@code WorkerRole}, {@code Registration}, {@code Duty} the worker; {@code ClientRole},
 * {@code Submissions}, {@code Outcomes}, {@code Removals} the client.
 * {@link dev.twinkeeper.curator.CuratorCoordination} makes them.
 */
package dev.twinkeeper.curator;
