package dev.twinkeeper.cli.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.lab.BoundedWait;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the playground itself is killed, nobody is there to end its processes: each ends by itself. */
class PlaygroundEndTest {
    /** Three servers, and for each side two masters, three workers and a client. */
    private static final int PROCESSES = 15;

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration END = Duration.ofSeconds(30);

    @Test
    void afterKill9NoProcessIsLeft() throws Exception {
        try (PlaygroundProcess playground = new PlaygroundProcess()) {
            BoundedWait.until(
                    "all processes run", START, () -> playground.children().size() >= PROCESSES);
            List<ProcessHandle> children = playground.children();

            playground.kill();

            BoundedWait.until("all are gone", END, () -> children.stream().noneMatch(ProcessHandle::isAlive));
            assertThat(playground.children()).isEmpty();
        }
    }
}
