package dev.twinkeeper.cli;

import dev.twinkeeper.cli.Terminal.Tone;
import dev.twinkeeper.cli.demo.ConceptDemos;
import dev.twinkeeper.cli.demo.Demo;
import dev.twinkeeper.cli.demo.DemoContext;
import dev.twinkeeper.cli.demo.Demos;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.time.Duration;
import java.util.ArrayList;
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

/** {@code twinkeeper demo}: one concept or one small recipe, shown and narrated. */
@Command(
        name = "demo",
        aliases = "recipe",
        description = {
            "Shows one thing on an ensemble in this process, line by line: what each participant does and is told.",
            "Concepts, by plain clients: znodes, watch, session, quorum. Small recipes, of --impl, with a fault in the middle:"
                    + " election, membership, configuration, lock, barrier, queue.",
            "Takes five to ten seconds, thirty at the most on a busy machine."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(DemoCommand.class);

    /** Three times what is promised, twenty seconds: on a busy machine all of them wait longer; beyond it something hangs. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Names.class,
            description = "What is shown: one of the names above.")
    private String name;

    @Option(
            names = "--impl",
            defaultValue = "raw",
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.Sides.class,
            description =
                    "For a recipe: raw (by hand on ZooKeeper's own API) or curator (Apache Curator's recipes). Default:"
                            + " ${DEFAULT-VALUE}.")
    private Recipes recipes;

    @Mixin
    private SecurityOptions security;

    @Mixin
    private LogOption logging;

    private final Terminal terminal;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        boolean concept = ConceptDemos.names().contains(name);
        Demo demo = ConceptDemos.of(name).or(() -> Demos.of(name)).orElseThrow(() -> unknown(name));
        Security doors = security.plainTcp("the servers of a demo");
        doors.withoutRoles("a demo");
        logging.open("demo", terminal);
        terminal.say(terminal.paint(Tone.FAINT, "starting an ensemble of three"));
        try (Ensemble ensemble = Ensemble.start()) {
            terminal.say(name + (concept ? "" : ", " + recipes.name()) + ": " + demo.title());
            DemoContext context = new DemoContext(ensemble, recipes, "/" + name, doors, new DemoPrinter(terminal));
            run(demo, context, "demo '" + name + "'" + (concept ? "" : " by " + recipes.name()), LONGEST);
            context.close();
        }
        return ExitCode.GOOD.code();
    }

    private static CoordinationException unknown(String name) {
        return CoordinationException.invalid(
                "demo", name, "use one of " + String.join(", ", Nearest.first(name, new Names())));
    }

    /** All demos, for whoever mistypes one or has it completed. */
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Names() {
            super(ConceptDemos.names());
            addAll(Recipes.NAMES);
        }
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
