/**
 * The contracts of the small recipes: the uses of ZooKeeper that every introduction lists.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.recipes.Recipe}, which all of them are, then the one that you want; its
 * rules stand in {@link dev.twinkeeper.contract.Rule}. {@link dev.twinkeeper.recipes.Recipes} is for the suite.
 */
package dev.twinkeeper.recipes;
