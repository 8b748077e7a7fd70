/**
 * The common ground of every state machine on ZooKeeper's asynchronous API, for roles and recipes.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.raw.session.Session}: one handle after another, shared by all who
 * listen. {@link dev.twinkeeper.raw.session.PhaseGuard}: which replies still count, and where a lost connection ends.
 * {@code Window}: how many requests are in flight. {@code Batches}: many small requests in few packets. {@code
 * ChildrenWatch}: a parent's children, by events or by lists. {@code Parents}: the persistent znodes above. {@code
 * Leftover}: a znode to be removed after its owner has ended. {@code FormerSession}: ends a session that the client
 * gave up by its own clock. All of it runs on one {@link dev.twinkeeper.loop.Loop}.
 */
package dev.twinkeeper.raw.session;
