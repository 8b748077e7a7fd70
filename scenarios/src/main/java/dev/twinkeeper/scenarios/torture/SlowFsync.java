package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Each fsync of the servers' logs takes longer: strace sits on the threads that do it. */
final class SlowFsync implements Fault {
    private static final int LEAST_MS = 10;
    private static final int MOST_MS = 60;

    /** Fewer might be chance. */
    private static final int SEEN = 5;

    private final FaultTargets targets;
    private final int delayMs;
    private final List<ChildProcess> tracers = new ArrayList<>();
    private final List<Path> outputs = new ArrayList<>();

    SlowFsync(FaultTargets targets, int pick) {
        this.targets = targets;
        this.delayMs = LEAST_MS + pick % (MOST_MS - LEAST_MS);
    }

    @Override
    public String target() {
        return "all servers";
    }

    @Override
    public void begin() throws NotInjected {
        for (ServerNode node : targets.servers.nodes()) {
            String thread =
                    syncThread(node.child().pid()).orElseThrow(() -> new NotInjected(node + " has no sync thread now"));
            Path output = targets.out.resolve("strace-" + node + ".txt");
            try {
                Files.deleteIfExists(output);
                ProcessBuilder strace = new ProcessBuilder(
                        "strace",
                        "-p",
                        thread,
                        "-e",
                        "trace=fsync,fdatasync",
                        "-e",
                        "inject=fsync,fdatasync:delay_exit=" + delayMs * 1_000);
                tracers.add(ChildProcess.start(strace, targets.out, ProcessBuilder.Redirect.to(output.toFile())));
            } catch (IOException | UncheckedIOException e) {
                throw new NotInjected("no strace: " + e.getMessage());
            }
            outputs.add(output);
        }
        for (int i = 0; i < tracers.size(); i++) {
            if (tracers.get(i).endsWithin(100)) {
                throw new NotInjected("strace: " + firstLine(outputs.get(i)));
            }
        }
    }

    /** Linux shows the threads of a process with their names. */
    private static Optional<String> syncThread(long pid) throws NotInjected {
        try (Stream<Path> tasks = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
            return tasks.filter(task -> name(task).startsWith("SyncThread"))
                    .map(task -> task.getFileName().toString())
                    .findFirst();
        } catch (IOException e) {
            throw new NotInjected("the threads of a process are not to be seen here: " + e.getMessage());
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm"));
        } catch (IOException gone) {
            return "";
        }
    }

    private static String firstLine(Path output) {
        try (Stream<String> lines = Files.lines(output)) {
            return lines.findFirst().orElse("it ended without a word");
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    @Override
    public void heal() {
        // SIGTERM lets it detach in good order.
        tracers.forEach(ChildProcess::terminate);
        tracers.forEach(tracer -> tracer.endsWithin(2_000));
    }

    @Override
    public Optional<String> effect() {
        long delayed = outputs.stream().mapToLong(SlowFsync::delayed).sum();
        return delayed < SEEN
                ? Optional.empty()
                : Optional.of("every fsync " + delayMs + " ms longer, " + delayed + " so far");
    }

    private static long delayed(Path output) {
        try (Stream<String> lines = Files.lines(output)) {
            return lines.filter(line -> line.contains("(DELAYED)")).count();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
