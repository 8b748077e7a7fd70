/**
 * The contract of Master, Worker and Client: what every implementation promises, not how.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.contract.Coordination} makes the roles;
 * {@link dev.twinkeeper.contract.Role} says what they have in common; then {@link dev.twinkeeper.contract.Master},
 * {@link dev.twinkeeper.contract.Worker}, {@link dev.twinkeeper.contract.Client};
 * {@link dev.twinkeeper.contract.Rule} holds the numbered rules.
 *
 * <p><b>Grammar.</b> A role lives as {@code made (ready | refused)? event* closed}. No event comes after {@code close}
 * has returned. {@code ready} completes once, in the role's first session; expiry and re-registration come as events.
 *
 * <p><b>Glossary.</b> One word for one thing, in code, documents and output. The words of ZooKeeper (znode, session,
 * ephemeral, watch, zxid, multi), Curator (recipe, latch), Jepsen (history, nemesis, workload, checker) and JUnit mean
 * what they mean there. Beyond those:
 *
 * <ul>
 *   <li><i>Participant</i>: a process with a session. <i>Role</i>: what it is: master, worker or client.
 *   <li><i>Operator</i>: a person at zkCli. <i>By hand</i>: written by an operator.
 *   <li><i>Reign</i>: the time during which a master's claim is valid. <i>Epoch</i>: the number of a reign.
 *     <i>Fence</i>: the checks that open every write of a master.
 *   <li><i>Pending</i>: a task with no assignment and no status. <i>Assigned</i>: it has an assignment.
 *       <i>Completed</i>: it has a status. <i>Collected</i>: a client took the outcome and removed the task.
 *   <li><i>Read barrier</i>: a transaction that changes nothing, after which a read sees all that was written before.
 *   <li><i>Difference</i>: a rule that an implementation declares not to keep, with the scenario that proves it.
 *   <li><i>Scenario</i>: a sentence about behaviour and the code that shows it. <i>Context</i>: what the scenario works
 *       with. <i>Implementations</i>: what is under test.
 *   <li><i>Wire</i>: one participant's own connections, through a proxy that can lose, delay and count. <i>Valve</i>: one
 *       direction of it.
 *   <li><i>Check</i>: looks for violations of a rule. <i>Replay</i>: shows every commit of the servers' logs to the checks.
 *       <i>Violation</i>: a rule that was broken, and where.
 *   <li><i>Torture run</i>: real processes, a workload, and a nemesis that injects random faults. <i>Demo</i>: a recipe at
 *       work, narrated on the terminal.
 * </ul>
 *
 * <p><b>Guarantees not made.</b> Exactly-once execution; fairness between clients; an order of execution; secrecy. The
 * sequence of {@code /tasks} ends at 2^31-1 creates, after which a submit is refused as {@code FULL}.
 */
package dev.twinkeeper.contract;
