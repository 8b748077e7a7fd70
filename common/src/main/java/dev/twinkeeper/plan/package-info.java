/**
 * What a master decides, without any ZooKeeper: {@link dev.twinkeeper.plan.ClusterView} holds what was seen, {@link
 * dev.twinkeeper.plan.AssignmentPlan} derives the next {@link dev.twinkeeper.plan.Step}s.
 */
package dev.twinkeeper.plan;
