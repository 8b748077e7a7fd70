package dev.twinkeeper.cli;

import dev.twinkeeper.cli.compare.ComparisonProgress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a comparison got, on stderr: one line that is written over each second where a person looks on, with the time
 * that is left; a line now and then where it goes into a file. What failed gets a line of its own, and its history goes
 * to the log.
 */
final class ProgressLine implements ComparisonProgress, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProgressLine.class);

    /** In a file, so long after the line before. */
    private static final long EVERY = TimeUnit.SECONDS.toNanos(3);

    private static final int WIDTH = 78;
    private static final String CLEAR = "\r\u001b[K";

    private final Terminal terminal;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(ProgressLine::thread);
    private String line = "";
    private Optional<Long> end = Optional.empty();
    private long printed = System.nanoTime() - EVERY;

    ProgressLine(Terminal terminal) {
        this.terminal = terminal;
        if (terminal.colour()) {
            clock.scheduleAtFixedRate(this::show, 1, 1, TimeUnit.SECONDS);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "progress");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public synchronized void says(String what, Optional<Duration> left) {
        line = what;
        end = left.map(time -> System.nanoTime() + time.toNanos());
        if (terminal.colour()) {
            show();
        } else if (System.nanoTime() - printed >= EVERY) {
            printed = System.nanoTime();
            terminal.err().println(text());
        }
    }

    @Override
    public synchronized void failed(String side, String what, Throwable failure) {
        log.error("{} failed {}", side, what, failure);
        String told = terminal.paint(Terminal.Tone.BAD, side + " FAILED " + what);
        terminal.err().println(terminal.colour() ? CLEAR + told : told);
    }

    private synchronized void show() {
        terminal.err().print(CLEAR + text());
        terminal.err().flush();
    }

    private String text() {
        String left = end.map(at -> "   " + left(TimeUnit.NANOSECONDS.toSeconds(at - System.nanoTime())))
                .orElse("");
        int room = WIDTH - left.length();
        return (line.length() > room ? line.substring(0, room) : line) + left;
    }

    private static String left(long seconds) {
        return seconds <= 0
                ? "any moment"
                : seconds < 60 ? seconds + " s left" : "%d:%02d left".formatted(seconds / 60, seconds % 60);
    }

    @Override
    public synchronized void close() {
        clock.shutdownNow();
        if (terminal.colour()) {
            terminal.err().print(CLEAR);
        }
    }
}
