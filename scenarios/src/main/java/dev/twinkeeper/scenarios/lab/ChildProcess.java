package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process that we started: a server, a role, a program beside them. */
public final class ChildProcess {
    /** The kernel ends a killed process within this, on a machine that does anything at all. */
    private static final long KILL_MS = 10_000;

    private static final long SIGNAL_MS = 5_000;

    private static final Set<ChildProcess> LIVING = ConcurrentHashMap.newKeySet();

    /** Set once the end has come: whoever starts one more then is too late. */
    private static volatile boolean noMore;

    private final Process process;
    private Process keeper;

    private ChildProcess(Process process) {
        this.process = process;
        LIVING.add(this);
        process.onExit().thenAccept(ended -> LIVING.remove(this));
        if (noMore) {
            process.destroyForcibly();
        }
    }

    /** Ends all that live, and those to come: for a controlling process that is told to end. */
    public static void killAll() {
        noMore = true;
        LIVING.forEach(ChildProcess::killNow);
    }

    /**
     * Starts a JVM with our class path, light enough for a dozen of them on two cores.
     *
     * @param log where a main that knows the property {@code twinkeeper.log} logs to
     */
    public static ChildProcess java(Class<?> main, Path log, Path directory, List<String> properties, String argument) {
        return java(main, log, directory, new Setting(properties, List.of(), Map.of()), argument);
    }

    /**
     * What is particular about a JVM.
     *
     * @param properties its options
     * @param first jars whose classes go before ours
     * @param environment variables besides ours
     */
    public record Setting(List<String> properties, List<Path> first, Map<String, String> environment) {}

    /** Starts a JVM with our class path, and with what is particular about this one. */
    public static ChildProcess java(Class<?> main, Path log, Path directory, Setting setting, String argument) {
        List<String> options = new ArrayList<>(
                List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dtwinkeeper.log=" + log));
        options.addAll(setting.properties());
        ProcessBuilder builder = JavaCommand.of(setting.first(), options, main.getName(), List.of(argument));
        builder.environment().putAll(setting.environment());
        Path output = log.resolveSibling(log.getFileName() + ".out");
        return start(builder, directory, ProcessBuilder.Redirect.appendTo(output.toFile()));
    }

    /** Takes over a process that somebody else of us started. */
    public static ChildProcess adopt(Process process) {
        return new ChildProcess(process);
    }

    /**
     * Starts any program.
     *
     * @throws UncheckedIOException where it can't be started
     */
    public static ChildProcess start(ProcessBuilder builder, Path directory, ProcessBuilder.Redirect output) {
        try {
            return new ChildProcess(builder.directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int exitCode() {
        return process.exitValue();
    }

    public CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /** SIGKILL; returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        endsWithin(KILL_MS);
        resume();
    }

    /** SIGKILL, without waiting. */
    public void killNow() {
        process.destroyForcibly();
    }

    /** SIGTERM, without waiting. */
    public void terminate() {
        process.destroy();
    }

    /**
     * SIGSTOP. A small shell keeps it stopped and lets it go when we say so, or when we are gone: a stopped process
     * could not notice that by itself.
     */
    public void stop() {
        // Java itself can only end a process.
        String script = "kill -STOP " + pid() + "; echo stopped; read end; kill -CONT " + pid();
        try {
            keeper = new ProcessBuilder("sh", "-c", script)
                    .redirectErrorStream(true)
                    .start();
            // Returns when it is stopped, or failed to be.
            keeper.getInputStream().read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGCONT. */
    public void resume() {
        if (keeper == null) {
            return;
        }
        try {
            keeper.getOutputStream().close();
            if (!keeper.waitFor(SIGNAL_MS, TimeUnit.MILLISECONDS)) {
                keeper.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        keeper = null;
    }

    public boolean endsWithin(long ms) {
        try {
            return process.waitFor(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
