package dev.twinkeeper.cli;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/**
 * Keeps something running until it ends by itself, or until Ctrl-C, SIGTERM or a closed terminal tells the process to
 * end.
 *
 * <p>A JVM that is told to end runs its shutdown hooks and then exits with 130 or 143, whatever they did. To be told to
 * end is how a role is meant to end, so the hook closes it and then halts the JVM with 0 itself; nothing else of this
 * process waits for a hook. If closing takes too long, or throws, the JVM's own code stands.
 */
final class Stay {
    /** Longer than a role's {@code close} may take, and than a server takes to end; then people lose patience. */
    private static final Duration CLOSING = Duration.ofSeconds(15);

    private final Terminal terminal;
    private final Runnable close;
    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile boolean inGoodOrder;

    private Stay(Terminal terminal, Runnable close) {
        this.terminal = terminal;
        this.close = close;
    }

    /**
     * Returns, or throws, when {@code ended} completes; by then it is closed. Where the process is told to end it does
     * not return: the process exits.
     *
     * @param close ends what runs; called once
     */
    static void until(CompletableFuture<Void> ended, Runnable close, Terminal terminal) {
        Stay stay = new Stay(terminal, close);
        Thread hook = new Thread(stay::closeAndHalt, "told to end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            ended.join();
        } catch (CompletionException e) {
            stay.removeOrWait(hook);
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        stay.removeOrWait(hook);
    }

    /** It ended by itself; unless the process is being told to end at this moment, in which case the hook decides. */
    private void removeOrWait(Thread hook) {
        boolean removed;
        try {
            removed = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            removed = false;
        }
        if (removed) {
            close.run();
        } else {
            awaitClosed();
        }
    }

    private void closeAndHalt() {
        Thread closing = new Thread(this::closeNow, "closing");
        closing.setDaemon(true);
        closing.start();
        if (awaitClosed() && inGoodOrder) {
            // It narrates for whoever looks on; nobody has to.
            terminal.out().flush();
            Runtime.getRuntime().halt(ExitCode.GOOD.code());
        }
        terminal.complain("not closed in good order within " + CLOSING.toSeconds() + "s");
    }

    private void closeNow() {
        try {
            close.run();
            inGoodOrder = true;
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(Stay.class).error("while closing", e);
        } finally {
            closed.countDown();
        }
    }

    private boolean awaitClosed() {
        try {
            return closed.await(CLOSING.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
