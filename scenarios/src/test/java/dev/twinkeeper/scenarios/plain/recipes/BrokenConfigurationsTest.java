package dev.twinkeeper.scenarios.plain.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.curator.recipes.SharedValueConfiguration;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.Implementations;
import dev.twinkeeper.scenarios.Result;
import dev.twinkeeper.scenarios.ScenarioRunner;
import dev.twinkeeper.scenarios.Scenarios;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong with a value that many share. */
class BrokenConfigurationsTest extends BrokenRecipes {
    private static final class Side extends NoRecipes {
        private final BiFunction<Recipe.Place, Configuration.Listener, Configuration> made;

        Side(BiFunction<Recipe.Place, Configuration.Listener, Configuration> made) {
            this.made = made;
        }

        @Override
        public Configuration configuration(Recipe.Place place, Configuration.Listener listener) {
            return made.apply(place, listener);
        }
    }

    @Override
    List<Broken> broken() {
        return List.of(
                new Broken(
                        "what waits is repeated when it is closed",
                        new Side(WrappedConfiguration.RepeatsWhenClosed::new),
                        Rule.X3,
                        "configurationrefusal.closingEndsWhatWaits",
                        "TimeoutException"),
                new Broken(
                        "what waits is answered when it is closed",
                        new Side(WrappedConfiguration.AnswersWhenClosed::new),
                        Rule.X3,
                        "configurationrefusal.closingEndsWhatWaits",
                        "a failure"),
                new Broken(
                        "a thread that tells works off what came before the end",
                        new Side(WrappedConfiguration.TellsWhenClosed::new),
                        Rule.X3,
                        "configurationrefusal.nothingIsToldAfterAReaderClosedAmidChanges",
                        "told after it was closed"),
                new Broken(
                        "a persistent watch, and no read after reconnecting",
                        new Side(PlainConfiguration.NoReadAfterReconnecting::new),
                        Rule.C1,
                        "configuration.aValueWrittenInAWatchsGapIsTold",
                        "reader is told of 'latest'"),
                new Broken(
                        "Curator's CuratorCache and its listener as they come",
                        new Side(CacheConfiguration::new),
                        Rule.C1,
                        "configuration.aValueDeletedAndMadeAgainInAWatchsGapIsTold",
                        "told of the new one"),
                new Broken(
                        "each event is read by a thread of a pool",
                        new Side(PlainConfiguration.ReadsInAPool::new),
                        Rule.C2,
                        "configuration.aBurstEndsInItsLastValueEverywhere",
                        "[C2]"),
                new Broken(
                        "a refusal is taken for another's write, though the answer of its own was lost",
                        new Side(PlainConfiguration.BelievesItsEcho::new),
                        Rule.C3,
                        "configurationwrite.aWriteWhoseAnswerWasLostIsKnownToBeDone",
                        "Expecting Optional to contain a value"),
                new Broken(
                        "the same bytes are taken for its own, as Curator's idempotent() does",
                        new Side(PlainConfiguration.TakesTheSameBytesForItsOwn::new),
                        Rule.C3,
                        "configurationwrite.theSameBytesByAnotherAreNotTakenForAWriteThatWasLost",
                        "Expecting an empty Optional"),
                new Broken(
                        "a removal deletes the znode, and versions begin anew",
                        new Side(PlainConfiguration.Deletes::new),
                        Rule.C3,
                        "configurationwrite.aWriterFromBeforeARemovalMisses",
                        "Expecting an empty Optional"),
                new Broken(
                        "Curator's SharedValue as it comes: its answer is lost",
                        new Side(SharedValueConfiguration::new),
                        Rule.C3,
                        "configurationwrite.aWriteWhoseAnswerWasLostIsKnownToBeDone",
                        "Expecting Optional to contain a value"),
                new Broken(
                        "Curator's SharedValue as it comes: nothing is missing",
                        new Side(SharedValueConfiguration::new),
                        Rule.C4,
                        "configuration.aMissingValueIsToldAsMissingAndAnEmptyOneAsEmpty",
                        "always there"),
                new Broken(
                        "Curator's SharedValue as it comes: deaf when the znode was deleted",
                        new Side(SharedValueConfiguration::new),
                        Rule.C4,
                        "configuration.aValueDeletedByHandIsMissingAndCanBeMadeAgain",
                        "told at once"));
    }

    /** What it leaves out is above; this is what it is good for. */
    @ParameterizedTest
    @ValueSource(strings = {"everyReaderIsToldOfAChange", "aValueSetByHandIsAValueLikeAnother"})
    void whatSharedValueKeeps(String scenario, Ensemble ensemble) {
        Implementations implementations = Implementations.ofRecipes(new Side(SharedValueConfiguration::new));

        Result result = ScenarioRunner.run(Scenarios.named("configuration." + scenario), implementations, ensemble);

        assertThat(result.failure()).isEmpty();
    }
}
