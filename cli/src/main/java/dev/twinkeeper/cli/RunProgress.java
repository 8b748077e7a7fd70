package dev.twinkeeper.cli;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * How far a long run got, with the time that is left: a bar on stderr that is written over each second where a person
 * looks on, and nothing where it goes into a file, whose lines say enough. Lines of the run itself go before the bar.
 */
final class RunProgress implements AutoCloseable {
    private static final int CELLS = 24;
    private static final String CLEAR = "\r\u001b[K";

    private final Terminal terminal;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(RunProgress::thread);
    private final long begin = System.nanoTime();
    private String what = "";
    private double total;
    private int done;
    private int of;
    private boolean closed;

    RunProgress(Terminal terminal) {
        this.terminal = terminal;
        if (terminal.colour()) {
            clock.scheduleAtFixedRate(this::show, 0, 1, TimeUnit.SECONDS);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "progress");
        thread.setDaemon(true);
        return thread;
    }

    /** It takes that long from the beginning. */
    synchronized void takes(String label, Duration time) {
        what = label;
        total = time.toMillis() / 1e3;
    }

    /** So many steps of as many that take about the same are done: what is left follows from those. */
    synchronized void step(String label, int steps, int all) {
        what = label;
        done = steps;
        of = all;
        total = steps == 0 ? 0 : seconds() / steps * all;
    }

    private double seconds() {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** A line of the run. */
    synchronized void say(String line) {
        if (terminal.colour()) {
            terminal.err().print(CLEAR);
            terminal.err().flush();
        }
        terminal.say(line);
        if (terminal.colour()) {
            show();
        }
    }

    private synchronized void show() {
        if (closed) {
            return;
        }
        terminal.err().print(CLEAR + text(seconds()));
        terminal.err().flush();
    }

    /** At that many seconds from the beginning; the bar is full only at the end. */
    synchronized String text(double now) {
        double share = total == 0 ? 0 : Math.min(0.99, now / total);
        int full = (int) (share * CELLS);
        String bar = "█".repeat(full) + "░".repeat(CELLS - full);
        String steps = of == 0 ? "" : " " + done + "/" + of;
        return bar + " " + Math.round(share * 100) + " %  " + left(now) + "  " + what + steps;
    }

    private String left(double now) {
        if (total == 0) {
            return "no estimate yet";
        }
        long seconds = Math.round(total - now);
        return seconds <= 0
                ? "any moment"
                : seconds < 60 ? seconds + " s left" : "%d:%02d left".formatted(seconds / 60, seconds % 60);
    }

    @Override
    public synchronized void close() {
        closed = true;
        clock.shutdownNow();
        if (terminal.colour()) {
            terminal.err().print(CLEAR);
            terminal.err().flush();
        }
    }
}
