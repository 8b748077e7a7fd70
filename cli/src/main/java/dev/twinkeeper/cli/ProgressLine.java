package dev.twinkeeper.cli;

import dev.twinkeeper.cli.compare.Comparer;
import dev.twinkeeper.scenarios.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a comparison got, on stderr: one line that is written over where a person looks on, a line now and then where
 * it goes into a file. A scenario that failed gets a line of its own, and its history goes to the log.
 */
final class ProgressLine implements Comparer.Progress {
    private static final Logger log = LoggerFactory.getLogger(ProgressLine.class);

    /** In a file, every so many scenarios. */
    private static final int EVERY = 10;

    private static final int WIDTH = 78;
    private static final String CLEAR = "\r\u001b[K";

    private final Terminal terminal;

    ProgressLine(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void played(int number, int of, Result result) {
        if (!result.ok()) {
            Throwable failure = result.failure().orElseThrow();
            log.error("{} failed {}", result.implementations(), result.scenario(), failure);
            line(terminal.paint(Terminal.Tone.BAD, result.implementations() + " FAILED " + result.scenario()));
        }
        String line = "%-8s %3d/%d  %s".formatted(result.implementations(), number, of, result.scenario());
        if (terminal.colour()) {
            terminal.err().print(CLEAR + line.substring(0, Math.min(WIDTH, line.length())));
        } else if (number % EVERY == 0 || number == of) {
            line(line);
        }
    }

    @Override
    public void says(String line) {
        if (terminal.colour()) {
            terminal.err().print(CLEAR + line);
        } else {
            line(line);
        }
    }

    void end() {
        if (terminal.colour()) {
            terminal.err().print(CLEAR);
        }
    }

    private void line(String line) {
        terminal.err().println(terminal.colour() ? CLEAR + line : line);
    }
}
