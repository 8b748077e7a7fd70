package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RunProgressTest {
    private final CapturedTerminal file = new CapturedTerminal();
    private final CapturedTerminal screen = new CapturedTerminal(true);

    @Test
    void theTimeThatIsLeftIsSaid() {
        try (RunProgress progress = new RunProgress(file.terminal())) {
            assertThat(progress.text(0)).contains("no estimate yet");
            progress.takes("torture", Duration.ofMinutes(10));
            assertThat(progress.text(0)).startsWith("░░").contains("0 %").contains("10:00 left");
            assertThat(progress.text(300)).contains("50 %").contains("5:00 left");
            assertThat(progress.text(590)).contains("10 s left");
            assertThat(progress.text(700)).contains("99 %").contains("any moment");
        }
    }

    @Test
    void whereItGoesIntoAFileOnlyTheLinesOfTheRunDo() {
        try (RunProgress progress = new RunProgress(file.terminal())) {
            progress.step("bench", 1, 6);
            progress.say("a line");
        }
        assertThat(file.out()).containsExactly("a line");
        assertThat(file.err()).isEmpty();
    }

    @Test
    void onATerminalTheBarIsWrittenOverAndGoesAtTheEnd() {
        try (RunProgress progress = new RunProgress(screen.terminal())) {
            progress.step("bench", 1, 6);
            progress.say("a line");
        }
        assertThat(screen.err()).anyMatch(line -> line.contains("bench 1/6"));
        assertThat(screen.err().get(screen.err().size() - 1)).isEqualTo("\u001b[K");
        assertThat(screen.out()).containsExactly("a line");
    }
}
