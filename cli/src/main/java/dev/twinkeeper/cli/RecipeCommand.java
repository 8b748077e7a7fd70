package dev.twinkeeper.cli;

import dev.twinkeeper.cli.Terminal.Tone;
import dev.twinkeeper.cli.demo.Demo;
import dev.twinkeeper.cli.demo.DemoContext;
import dev.twinkeeper.cli.demo.Demos;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper recipe}: one small recipe, shown and narrated. */
@Command(
        name = "recipe",
        description = {
            "Shows one of the small recipes: several participants, each on a wire of its own to an ensemble of three in this"
                    + " process, a fault in the middle, and line by line what they do and are told.",
            "Takes five to ten seconds, twenty on a busy machine."
        })
final class RecipeCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RecipeCommand.class);

    /** Three times what is promised, twenty seconds: on a busy machine all of them wait longer; beyond it something hangs. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @Parameters(paramLabel = "NAME", description = "election, membership, configuration, lock, barrier or queue.")
    private String name;

    @Option(
            names = "--impl",
            defaultValue = "raw",
            paramLabel = "IMPL",
            description = "raw (by hand on ZooKeeper's own API) or curator (Apache Curator's recipes). Default:"
                    + " ${DEFAULT-VALUE}.")
    private Recipes recipes;

    @Mixin
    private LogOption logging;

    private final Terminal terminal;

    RecipeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!Recipes.NAMES.contains(name)) {
            throw CoordinationException.invalid("recipe", name, "use one of " + String.join(", ", Recipes.NAMES));
        }
        Demo demo = Demos.of(name)
                .orElseThrow(() -> new CommandException(ExitCode.FAILURE, "recipe '" + name + "': it has no demo yet"));
        logging.open("recipe", terminal);
        terminal.say(terminal.paint(Tone.FAINT, "starting an ensemble of three"));
        try (Ensemble ensemble = Ensemble.start()) {
            terminal.say(name + ", " + recipes.name() + ": " + demo.title());
            DemoContext context = new DemoContext(ensemble, recipes, "/" + name, new DemoPrinter(terminal));
            run(demo, context, "recipe '" + name + "' by " + recipes.name(), LONGEST);
            context.close();
        }
        return ExitCode.GOOD.code();
    }

    /**
     * On a thread of its own, so that a recipe that hangs is told as well.
     *
     * @throws CommandException for whatever went wrong
     */
    static void run(Demo demo, DemoContext context, String what, Duration longest) {
        CompletableFuture<Boolean> played = context.async("demo", () -> {
            demo.run(context);
            return true;
        });
        try {
            played.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = ErrorHandler.unwrap(e);
            log.error("{}", what, cause);
            boolean known = cause instanceof AssertionError || cause instanceof Recipe.Failure;
            throw new CommandException(ExitCode.FAILURE, what + ": " + (known ? cause.getMessage() : cause));
        } catch (TimeoutException e) {
            throw new CommandException(ExitCode.FAILURE, what + ": it did not end within " + Durations.format(longest));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILURE, what + ": interrupted");
        }
    }

    /** Prints what the demo tells. */
    private record DemoPrinter(Terminal terminal) implements DemoContext.DemoListener {
        private static final String LINE = "%-9s  %-9s ";

        @Override
        public void heading(String title) {
            terminal.say("");
            terminal.say(terminal.paint(Tone.GOOD, title));
        }

        @Override
        public void line(String time, String who, String text) {
            String what = ErrorHandler.printable(text);
            boolean faint = time.isEmpty() || who.equals("zkCli");
            terminal.say(
                    (LINE.formatted(time, who) + (faint ? terminal.paint(Tone.FAINT, what) : what)).stripTrailing());
        }
    }
}
