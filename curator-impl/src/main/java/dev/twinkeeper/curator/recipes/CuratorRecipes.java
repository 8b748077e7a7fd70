package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import java.util.List;
import java.util.Map;

/** The recipes of this side, for the scenarios and the command line. */
public final class CuratorRecipes implements Recipes {
    @Override
    public String name() {
        return "curator";
    }

    @Override
    public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
        return new ElectionRecipe(place, candidate, listener);
    }

    @Override
    public Membership membership(Recipe.Place place, Membership.Listener listener) {
        return new MembershipRecipe(place, listener);
    }

    @Override
    public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
        return new ConfigurationRecipe(place, listener);
    }

    @Override
    public Lock lock(Recipe.Place place) {
        return new LockRecipe(place);
    }

    @Override
    public Barrier barrier(Recipe.Place place, String member, int members) {
        return new BarrierRecipe(place, member, members);
    }

    @Override
    public Queue queue(Recipe.Place place, int capacity) {
        return new QueueRecipe(place, capacity);
    }

    @Override
    public List<Difference> differences() {
        return List.of(
                new Difference(
                        Rule.E8,
                        "LeaderLatch queues behind any child that sorts before the numbers, and is deaf once its"
                                + " predecessor's data was set",
                        "read in LeaderLatch of 5.9.0",
                        Map.of(
                                "electionrefusal.aStrangersZnodeThatSortsFirstHoldsNobodyUp", "a tells Elected",
                                "electionrefusal.changedDataOfTheOneBeforeLosesNoHandOver", "b tells Elected")),
                new Difference(
                        Rule.E9,
                        "LeaderLatch writes a refused create to the log, and tells nobody",
                        "read in LeaderLatch of 5.9.0",
                        Map.of("electionrefusal.aCandidateThatTheServersRefuseIsTold", "a tells Failed")),
                new Difference(
                        Rule.K9,
                        "InterProcessReadWriteLock counts every child that sorts before its own",
                        "CURATOR-43",
                        Map.of(
                                "lockrefusal.znodesOfOthersThatSortBeforeAreSetAside",
                                "Expecting Optional to contain a value")),
                new Difference(
                        Rule.K10,
                        "InterProcessReadWriteLock has readers watch the first writer in the queue",
                        "read in InterProcessReadWriteLock of 5.9.0",
                        Map.of(
                                "lock.thoseThatWouldShareAreLeftAloneByAnExclusiveOneBeforeAnother",
                                "notifications to one that can't enter yet")),
                new Difference(
                        Rule.K11,
                        "LockInternals leaves the watch of an attempt whose time was up",
                        "read in LockInternals of 5.9.0",
                        Map.of(
                                "lockpatience.anAttemptWhoseTimeIsUpLeavesNoWatch",
                                "no watch is left",
                                "lockpatience.anAttemptThatAskedAgainAndGaveUpLeavesNoWatch",
                                "no watch is left")));
    }
}
