package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.util.List;
import java.util.function.BiFunction;

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
                        "Expecting an empty Optional"));
    }
}
