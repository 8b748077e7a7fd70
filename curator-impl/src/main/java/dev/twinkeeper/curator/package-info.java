/**
 * Master, Worker and Client on Apache Curator's recipes: blocking, straight-line, from top to bottom.
 *
 * <p>Each step of the protocol has the same name as in {@code dev.twinkeeper.raw}: claim, look, commit, register, take
 * assignments, complete, submit, resolve, learn, collect. There are no phases and no transition tables. A failure is an
 * exception here: it ends a round or a reign, and the next one begins by reading.
 *
 * <p><b>What Curator takes away.</b> Sessions and their replacement; sending requests again until they have an answer;
 * setting watches again; the queue of candidates; making parents. A lost connection is an interrupt of the master's
 * thread.
 *
 * <p><b>What it does not promise.</b> That a retry is harmless: it may come later and in another session. So three
 * requests are sent once, past the retry policy, on ZooKeeper's own handle ({@code Participant.once}): a master's
 * writes, a client's submits and its collects. That a turn is a reign: the fence says who reigns. A lost connection
 * ends a reign although the session may live, so every reconnect of a master brings another epoch. That a recipe's
 * znode is its own: PersistentNode adopts a znode that somebody else made, so a worker makes its ephemeral by hand.
 *
 * <p><b>Variants</b>, for comparison: {@link dev.twinkeeper.curator.CuratorCacheCoordination} sees the tree by
 * CuratorCache instead of PersistentWatcher, {@link dev.twinkeeper.curator.CuratorSelectorCoordination} queues by
 * LeaderSelector instead of LeaderLatch. They declare which rules they do not keep.
 *
 * <p><b>Threads.</b> A role has threads of its own, which block, and one loop, which calls the listener and completes
 * futures. Watchers and callbacks run on ZooKeeper's event thread and only post. Where the order of events and replies
 * matters (S2), a request is sent in the background, because a blocking reply arrives on another thread and may
 * overtake an event.
 *
 * <p><b>Reading order.</b> {@code MasterRole}, {@code Turn}, {@code LatchTurn}, {@code Reign}, {@code TreeView}, {@code
 * WatchedTree}; {@code WorkerRole}; {@code ClientRole}, {@code Submissions}, {@code Outcomes}; then their common
 * ground, {@code Participant} and {@code Connection}; then the variants' {@code CachedTree}, {@code EveryChange},
 * {@code SelectorTurn}. {@link dev.twinkeeper.curator.CuratorCoordination} makes them.
 */
package dev.twinkeeper.curator;
