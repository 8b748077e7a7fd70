package dev.twinkeeper.scenarios.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wall clock of one process, which can be set while it runs: libfaketime stands between the process and the kernel,
 * and reads from a file by how much the clock is wrong. The clocks that only count on are left alone.
 */
final class SettableClock {
    /** Where it may lie besides: {@code -Dtwinkeeper.faketime=FILE}. */
    private static final String PROPERTY = "twinkeeper.faketime";

    private static final String LIBRARY = "libfaketime.so.1";

    /** Debian, Fedora, and by hand. */
    private static final List<Path> PLACES =
            List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/usr/local/lib"));

    /** Where Linux keeps shared memory. */
    private static final Path SHARED = Path.of("/dev/shm");

    private static final Logger log = LoggerFactory.getLogger(SettableClock.class);

    private final Path library;
    private final Path file;

    private SettableClock(Path library, Path file) {
        this.library = library;
        this.file = file;
    }

    /** A clock that is right so far; empty where there is no libfaketime. */
    static Optional<SettableClock> of(Path file) {
        Optional<SettableClock> clock = library().map(library -> new SettableClock(library, file));
        clock.ifPresent(each -> each.jump(Duration.ZERO));
        return clock;
    }

    private static Optional<Path> library() {
        String named = System.getProperty(PROPERTY);
        if (named != null) {
            return Optional.of(Path.of(named)).filter(Files::isRegularFile);
        }
        return PLACES.stream()
                .flatMap(place -> Stream.concat(Stream.of(place), directories(place)))
                .map(place -> place.resolve("faketime").resolve(LIBRARY))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static Stream<Path> directories(Path place) {
        try (Stream<Path> all = Files.list(place)) {
            return all.filter(each -> each.getFileName().toString().endsWith("-linux-gnu")).toList().stream();
        } catch (IOException none) {
            return Stream.of();
        }
    }

    /** Why there is none. */
    static String missing() {
        return "no libfaketime: install it (Debian: apt-get install libfaketime), or name it with -D" + PROPERTY
                + "=FILE";
    }

    /** What the process is started with. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                // In seconds: how soon it notices.
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                // Else a JVM's timed waits return at once, and its threads spin.
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }

    /** Removes what the library shares between processes and leaves behind where its own was killed. */
    static void forget(long pid) {
        for (String name : List.of("faketime_shm_" + pid, "sem.faketime_sem_" + pid)) {
            try {
                Files.deleteIfExists(SHARED.resolve(name));
            } catch (IOException e) {
                log.debug("{} stays", name, e);
            }
        }
    }

    /** From now on the clock is wrong by so much. */
    void jump(Duration by) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, "%+d\n".formatted(by.toSeconds()));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
