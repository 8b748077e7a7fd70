package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Executes a task's command with {@code sh -c}: standard input is empty, standard output and standard error together
 * are the result. Interrupted, it kills the shell and the shell's children.
 *
 * <p>What a command leaves running in the background is neither waited for nor killed once the shell has exited.
 */
final class ShellHandler implements TaskHandler {
    /** Room for the note that output was left out, and for the exit code before it. */
    private static final int KEPT = Payload.LIMIT - 200;

    /** How often a silent command's pipe is looked at; the exit itself is noticed at once. */
    private static final int LOOK_MS = 20;

    /** How many chunks of 64 KiB are read before it is looked again whether to go on; more than a full pipe holds. */
    private static final int IN_A_ROW = 32;

    /** How long a killed command has to clean up. Short, since the worker waits for it when it closes. */
    private static final int LAST_WORDS_MS = 500;

    @Override
    public Payload handle(Task task) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", task.command().text());
        // The command is anybody's who may submit; the worker's credentials are not.
        builder.environment().remove(SecurityOptions.VARIABLE);
        Process process = builder.redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .start();
        try {
            Output output = new Output(process.getInputStream());
            // A blocking read would hear neither an interrupt nor the exit of a shell whose child keeps the pipe.
            do {
                output.readAvailable();
            } while (!process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS));
            output.readAvailable();
            if (process.exitValue() != 0) {
                throw new CommandFailed(process.exitValue(), output.text());
            }
            return Payload.of(output.bytes());
        } finally {
            end(process);
        }
    }

    /** Asks the shell and all that it started to end, then makes them. */
    private static void end(Process process) {
        if (!process.isAlive()) {
            return;
        }
        // Listed before the shell goes, since its children are nobody's afterwards.
        List<ProcessHandle> family = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        family.forEach(ProcessHandle::destroy);
        process.onExit()
                .completeOnTimeout(process, LAST_WORDS_MS, TimeUnit.MILLISECONDS)
                .join();
        family.forEach(ProcessHandle::destroyForcibly);
    }

    /** The reason of a {@code failed}: exit code first, then what the command said. */
    static final class CommandFailed extends IOException {
        private static final long serialVersionUID = 1L;

        CommandFailed(int exitCode, String output) {
            super(output.isEmpty() ? "exit code " + exitCode : "exit code " + exitCode + "\n" + output);
        }
    }

    /** As much of the output as fits into a result; the rest is read and left out, so that the command can go on. */
    private static final class Output {
        private final InputStream pipe;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final byte[] chunk = new byte[1 << 16];
        private long leftOut;

        Output(InputStream pipe) {
            this.pipe = pipe;
        }

        void readAvailable() throws IOException {
            for (int i = 0; i < IN_A_ROW && pipe.available() > 0; i++) {
                int read = pipe.read(chunk, 0, Math.min(chunk.length, pipe.available()));
                int fits = Math.min(Math.max(read, 0), KEPT - kept.size());
                kept.write(chunk, 0, fits);
                leftOut += Math.max(read, 0) - fits;
            }
        }

        byte[] bytes() {
            if (leftOut > 0) {
                kept.writeBytes(("\n… (" + leftOut + " more bytes left out)").getBytes(StandardCharsets.UTF_8));
                leftOut = 0;
            }
            return kept.toByteArray();
        }

        String text() {
            return new String(bytes(), StandardCharsets.UTF_8);
        }
    }
}
