package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cost of a check grows with the length of the log and not faster. Counted in bytes that it allocates. */
class LongRunTest {
    private static final int TASKS = 400;
    private static final int FACTOR = 8;

    @TempDir
    Path directory;

    @Test
    void costsInProportionToTheLog() throws IOException {
        // Once to load classes, and to fill what is made once.
        check("warm", TASKS);
        long some = check("some", TASKS);

        long more = check("more", FACTOR * TASKS);

        assertThat((double) more / some).isLessThan(FACTOR * 1.25);
        assertThat(more / (FACTOR * TASKS)).as("bytes a task").isLessThan(100_000);
    }

    private long check(String name, int tasks) throws IOException {
        Path out = Files.createDirectories(directory.resolve(name));
        try (PlantedRun run = new PlantedRun(out)) {
            run.begin();
            for (int i = 1; i < tasks; i++) {
                run.task(i % 2 == 0 ? "w1" : "w2", "command " + i);
            }
            run.finish();
        }
        long before = allocated();
        RunResult result = RunChecker.check(out);
        long bytes = allocated() - before;
        assertThat(result.holds()).as(result.summary()).isTrue();
        assertThat(result.numbers().acknowledged()).isEqualTo(tasks);
        System.out.println(name + ": " + bytes / tasks + " bytes a task");
        return bytes;
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }
}
