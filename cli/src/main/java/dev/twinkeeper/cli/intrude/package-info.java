/**
 * Strangers at a locked tree: each operation of ZooKeeper on each kind of znode, tried by clients that have no
 * permission. {@link dev.twinkeeper.cli.intrude.LockedTree} is a tree in use,
 * {@link dev.twinkeeper.cli.intrude.LockedRecipes} are the recipes, {@link
 * dev.twinkeeper.cli.intrude.Stranger} tries, {@link dev.twinkeeper.cli.intrude.Intrusions} puts the table together.
 * {@link dev.twinkeeper.cli.intrude.RoleTrials} is the same among the roles of a tree that several identities share.
 */
package dev.twinkeeper.cli.intrude;
