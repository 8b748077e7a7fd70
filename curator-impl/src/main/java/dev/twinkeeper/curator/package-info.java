/**
 * Master, Worker and Client on Apache Curator's recipes: blocking, straight-line, from top to bottom.
 *
 * <p>Whoever comes from {@code dev.twinkeeper.raw} finds each step of the protocol under its name: claim, look, commit,
 * register, take assignments, complete, submit, resolve, learn, collect. It finds no phases and no transition tables: what is lost is
 * an exception here, it ends a round or a reign, and the next one begins by reading.
 *
 * <p><b>What Curator takes away.</b> Sessions and their replacement; requests that are sent again until they have an
 * answer; watches that are set again; a queue of candidates; parents. What is left of a lost connection is one line in the
 * master's thread.
 *
 * <p><b>What it does not promise.</b> That what is sent again is harmless: it may be sent later, in another session, a
 * second time. So three things go past its retries, once, on ZooKeeper's own handle ({@code Connection.once}): a master's
 * writes, a client's submits and its collects. That a recipe's turn is a reign: the fence says who reigns, and a lost
 * connection ends a reign although the session may live, so every reconnect is another epoch. That a recipe's znode is its
 * own: PersistentNode adopts another's, so a worker makes its ephemeral by hand.
 *
 * <p><b>Variants</b>, for comparison: {@link dev.twinkeeper.curator.CuratorCacheCoordination} sees the tree by CuratorCache in place of
 * PersistentWatcher, {@link dev.twinkeeper.curator.CuratorSelectorCoordination} queues by LeaderSelector in place of
 * LeaderLatch. What they do not keep they declare.
 *
 * <p><b>Threads.</b> A role has its own, which block; all share the role's loop, which calls the listener and completes
 * stages. Watchers and callbacks run on ZooKeeper's event thread and only post. Where the order of events and replies matters
 * (S2), the question is asked in the background: blocking replies come on another thread and may overtake.
 *
 * <p><b>Reading order.</b> {@code MasterRole}, {@code Turn}, {@code LatchTurn}, {@code Reign}, {@code TreeView},
 * {@code WatchedTree}; {@code WorkerRole}; {@code ClientRole}, {@code Submissions}, {@code Outcomes}; then what they
 * stand on, {@code Participant} and {@code Connection}; then the variants' {@code CachedTree}, {@code EveryChange},
 * {@code SelectorTurn}. {@link dev.twinkeeper.curator.CuratorCoordination} makes them.
 */
package dev.twinkeeper.curator;
