package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
    @TempDir
    Path out;

    @Test
    void takesHalfALineAtTheEndForAKilledRun() throws IOException {
        Files.writeString(
                file(), "{\"at\":1,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x1\"}\n{\"at\":2,\"pro");

        assertThat(History.read(file(), new Violations()).knows(1)).isTrue();
    }

    @Test
    void saysWhichLineMakesNoSense() throws IOException {
        Files.writeString(file(), "{}\nnonsense\n{}\n");

        assertThatIOException()
                .isThrownBy(() -> History.read(file(), new Violations()))
                .withMessageContaining("history.jsonl, line 2");
    }

    @Test
    void saysWhichLineNamesNoTask() throws IOException {
        write("{}");
        write("{\"at\":1,\"process\":\"w1\",\"op\":\"execute\",\"type\":\"begin\",\"task\":\"nonsense\"}");

        assertThatIOException()
                .isThrownBy(() -> History.read(file(), new Violations()))
                .withMessageContaining("history.jsonl, line 2 makes no sense: task 'nonsense'");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThatIOException().isThrownBy(() -> RunChecker.check(out)).withMessageContaining("no run.json");

        Files.writeString(out.resolve("run.json"), "{\"begin\":\"yesterday\"}");

        assertThatIOException().isThrownBy(() -> RunChecker.check(out)).withMessageContaining("'yesterday'");
    }

    @Test
    void takesAnInvokeWithoutAnEndForUnknown() throws IOException {
        write("{\"at\":1,\"process\":\"c1\",\"op\":\"submit\",\"type\":\"invoke\",\"id\":1,\"command\":\"a\"}");

        assertThat(History.read(file(), new Violations()).unknown()).containsExactly("a");
    }

    @Test
    void findsAnEndWithoutAnInvoke() throws IOException {
        write("{\"at\":1,\"process\":\"c1\",\"op\":\"submit\",\"type\":\"ok\",\"id\":1,\"task\":\"task-0000000001\"}");

        assertThat(kinds()).containsExactly(ViolationKind.EVIDENCE);
    }

    @Test
    void findsASessionInTwoNames() throws IOException {
        write("{\"at\":1,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x1\"}");
        write("{\"at\":1,\"process\":\"w1\",\"op\":\"session\",\"session\":\"0x1\"}");

        assertThat(kinds()).containsExactly(ViolationKind.EVIDENCE);
    }

    /** A process that is started again is somebody else, though it has the same name. */
    @Test
    void tellsIncarnationsApart() throws IOException {
        write("{\"at\":1,\"process\":\"m1\",\"op\":\"process\",\"type\":\"start\"}");
        write("{\"at\":1,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x1\"}");
        write("{\"at\":2,\"process\":\"m1\",\"op\":\"process\",\"type\":\"start\"}");
        write("{\"at\":2,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x2\"}");
        History history = History.read(file(), new Violations());

        var observations = history.observations(java.time.Duration.ZERO);
        assertThat(observations.participant(1)).isNotEqualTo(observations.participant(2));
    }

    private List<ViolationKind> kinds() throws IOException {
        Violations violations = new Violations();
        History.read(file(), violations);
        return List.copyOf(violations.counts().keySet());
    }

    private void write(String line) throws IOException {
        Files.writeString(file(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Path file() {
        return out.resolve("history.jsonl");
    }
}
