/**
 * The contracts of the small recipes: the uses of ZooKeeper that every introduction lists.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.recipes.Recipe}, which is common to all, then the one that you want;
 * its rules are in {@link dev.twinkeeper.contract.Rule}. {@link dev.twinkeeper.recipes.Recipes} is for the suite.
 */
package dev.twinkeeper.recipes;
