package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.raw.recipes.ConfigurationRecipe;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A shared value whose recipe is right, and what was put around it is not. Each variant has one mistake. */
class WrappedConfiguration implements Configuration {
    private static final long PAUSE_MS = 20;

    /** What fails is asked again as long as its caller is patient; that it is closed does not end that. */
    static final class RepeatsWhenClosed extends WrappedConfiguration {
        RepeatsWhenClosed(Recipe.Place place, Listener listener) {
            super(new ConfigurationRecipe(place, listener));
        }

        @Override
        public Value read(Duration patience) {
            long end = System.nanoTime() + patience.toNanos();
            while (true) {
                try {
                    return super.read(patience);
                } catch (Failure why) {
                    if (System.nanoTime() >= end) {
                        throw why;
                    }
                    pause();
                }
            }
        }
    }

    /** A read of what is closed gives what was seen last. */
    static final class AnswersWhenClosed extends WrappedConfiguration {
        AnswersWhenClosed(Recipe.Place place, Listener listener) {
            super(new ConfigurationRecipe(place, listener));
        }

        @Override
        public Value read(Duration patience) {
            try {
                return super.read(patience);
            } catch (Failure why) {
                return seen().filter(any -> why.problem() == Problem.CLOSED).orElseThrow(() -> why);
            }
        }
    }

    /** A slow listener gets a thread of its own, which works off what came before the end. */
    static final class TellsWhenClosed extends WrappedConfiguration {
        /** However slowly another one writes, some value comes in that time before the end. */
        private static final long LATE_MS = 200;

        private final ScheduledExecutorService teller;

        TellsWhenClosed(Recipe.Place place, Listener listener) {
            this(place, listener, Executors.newSingleThreadScheduledExecutor());
        }

        private TellsWhenClosed(Recipe.Place place, Listener listener, ScheduledExecutorService teller) {
            super(new ConfigurationRecipe(place, new Listener() {
                @Override
                public void changed(Value value) {
                    teller.schedule(() -> listener.changed(value), LATE_MS, TimeUnit.MILLISECONDS);
                }

                @Override
                public void failed(Failure why) {
                    teller.execute(() -> listener.failed(why));
                }
            }));
            this.teller = teller;
        }

        @Override
        public void close() {
            super.close();
            teller.shutdown();
        }
    }

    private final Configuration recipe;

    WrappedConfiguration(Configuration recipe) {
        this.recipe = recipe;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Optional<Value> seen() {
        return recipe.seen();
    }

    @Override
    public Value read(Duration patience) {
        return recipe.read(patience);
    }

    @Override
    public Optional<Value> set(Value expected, byte[] bytes, Duration patience) {
        return recipe.set(expected, bytes, patience);
    }

    @Override
    public Optional<Value> remove(Value expected, Duration patience) {
        return recipe.remove(expected, patience);
    }

    @Override
    public void close() {
        recipe.close();
    }
}
