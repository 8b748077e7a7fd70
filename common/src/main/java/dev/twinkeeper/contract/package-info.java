/**
 * The contract of Master, Worker and Client: what every implementation promises, and not a word of how.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.contract.Coordination} makes the roles;
 * {@link dev.twinkeeper.contract.Role} says what they have in common; then {@link dev.twinkeeper.contract.Master},
 * {@link dev.twinkeeper.contract.Worker}, {@link dev.twinkeeper.contract.Client};
 * {@link dev.twinkeeper.contract.Rule} holds the numbered rules.
 *
 * <p><b>Grammar.</b> A role lives as {@code made (ready | refused)? event* closed}. No event comes after {@code close}
 * has returned. {@code ready} completes once, in the role's first session; expiry and re-registration come as events.
 *
 * <p><b>Glossary.</b> <i>Participant</i>: a process with a session. <i>Reign</i>: the time between a master's claim and
 * its end. <i>Epoch</i>: the number of a reign. <i>Pending</i>: a task with no assignment and no status.
 * <i>Assigned</i>; <i>completed</i>: it has a status. <i>Collected</i>: a client took the outcome and removed the task.
 * <i>Fence</i>: the checks that open every write of a master.
 *
 * <p><b>Guarantees not made.</b> Exactly-once execution; fairness between clients; an order of execution; secrecy. The
 * sequence of {@code /tasks} ends at 2^31-1 creates, after which a submit is refused as {@code FULL}.
 */
package dev.twinkeeper.contract;
