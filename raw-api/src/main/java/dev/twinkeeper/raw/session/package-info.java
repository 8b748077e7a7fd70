/**
 * What every state machine on ZooKeeper's asynchronous API stands on, for roles and recipes alike.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.raw.session.Session}: one handle after another, shared by all who listen.
 * {@link dev.twinkeeper.raw.session.PhaseGuard}: which replies still count, and where a lost connection ends. {@code
 * Window}: how many requests are in flight. {@code Parents}: the persistent znodes above. {@code Leftover}: what is
 * to go although its owner is gone. All of it runs on one {@link dev.twinkeeper.loop.Loop}.
 */
package dev.twinkeeper.raw.session;
