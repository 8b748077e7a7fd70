package dev.twinkeeper.cli;

import dev.twinkeeper.cli.ensemble.EnsembleException;
import dev.twinkeeper.contract.CoordinationException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever goes wrong into one line on stderr and an {@link ExitCode}. Nobody ever sees a stack trace. */
final class ErrorHandler {
    private final Terminal terminal;

    ErrorHandler(Terminal terminal) {
        this.terminal = terminal;
    }

    /** What a stage failed with, without the wrapping that stages put around it. */
    static Throwable unwrap(Throwable problem) {
        boolean wrapped = problem instanceof CompletionException || problem instanceof ExecutionException;
        return wrapped && problem.getCause() != null ? unwrap(problem.getCause()) : problem;
    }

    /** An argument that makes no sense: picocli's or a converter's message, and where help is. */
    int onArguments(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        terminal.complain(line(problem));
        terminal.err().println("See '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE.code();
    }

    private static String line(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        if (problem instanceof UnmatchedArgumentException unmatched
                && command.getParent() == null
                && !unmatched.isUnknownOption()) {
            String typed = unmatched.getUnmatched().get(0);
            List<String> known = command.getSubcommands().values().stream()
                    .map(CommandLine::getCommandName)
                    .distinct()
                    .toList();
            return "command '" + printable(typed) + "': use one of " + String.join(", ", Nearest.first(typed, known));
        }
        String text = problem.getCause() instanceof CoordinationException cause && problem.getArgSpec() != null
                ? cause.getMessage()
                : problem.getMessage();
        return printable(text);
    }

    /** Whatever ended a command. */
    int onExecution(Exception problem, CommandLine command, ParseResult parsed) {
        Throwable cause = unwrap(problem);
        if (cause instanceof CoordinationException known) {
            terminal.complain(printable(known.getMessage()));
            return ExitCode.of(known.problem()).code();
        }
        if (cause instanceof CommandException known) {
            terminal.complain(printable(known.getMessage()));
            return known.code().code();
        }
        if (cause instanceof EnsembleException known) {
            terminal.complain(printable(known.getMessage()));
            return ExitCode.FAILURE.code();
        }
        LoggerFactory.getLogger(ErrorHandler.class).error("unexpected", cause);
        String where = LogFile.current().map(log -> "the trace is in " + log).orElse("run it again with --log FILE");
        terminal.complain(printable("unexpected " + cause) + "; " + where);
        return ExitCode.FAILURE.code();
    }

    /** One line, whatever was typed. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ").strip();
    }
}
