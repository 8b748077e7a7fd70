package dev.twinkeeper.scenarios.verdict;

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

        assertThat(History.read(file(), new Docket()).knows(1)).isTrue();
    }

    @Test
    void saysWhichLineMakesNoSense() throws IOException {
        Files.writeString(file(), "{}\nnonsense\n{}\n");

        assertThatIOException()
                .isThrownBy(() -> History.read(file(), new Docket()))
                .withMessageContaining("history.jsonl, line 2");
    }

    @Test
    void saysWhichLineNamesNoTask() throws IOException {
        write("{}");
        write("{\"at\":1,\"process\":\"w1\",\"op\":\"execute\",\"type\":\"begin\",\"task\":\"nonsense\"}");

        assertThatIOException()
                .isThrownBy(() -> History.read(file(), new Docket()))
                .withMessageContaining("history.jsonl, line 2 makes no sense: task 'nonsense'");
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThatIOException().isThrownBy(() -> TortureJudge.judge(out)).withMessageContaining("no run.json");

        Files.writeString(out.resolve("run.json"), "{\"begin\":\"yesterday\"}");

        assertThatIOException().isThrownBy(() -> TortureJudge.judge(out)).withMessageContaining("'yesterday'");
    }

    @Test
    void takesAnInvokeWithoutAnEndForUnknown() throws IOException {
        write("{\"at\":1,\"process\":\"c1\",\"op\":\"submit\",\"type\":\"invoke\",\"id\":1,\"command\":\"a\"}");

        assertThat(History.read(file(), new Docket()).unknown()).containsExactly("a");
    }

    @Test
    void chargesAnEndWithoutAnInvoke() throws IOException {
        write("{\"at\":1,\"process\":\"c1\",\"op\":\"submit\",\"type\":\"ok\",\"id\":1,\"task\":\"task-0000000001\"}");

        assertThat(charges()).containsExactly(Charge.EVIDENCE);
    }

    @Test
    void chargesASessionInTwoNames() throws IOException {
        write("{\"at\":1,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x1\"}");
        write("{\"at\":1,\"process\":\"w1\",\"op\":\"session\",\"session\":\"0x1\"}");

        assertThat(charges()).containsExactly(Charge.EVIDENCE);
    }

    /** A process that is started again is somebody else, though it has the same name. */
    @Test
    void tellsIncarnationsApart() throws IOException {
        write("{\"at\":1,\"process\":\"m1\",\"op\":\"process\",\"type\":\"start\"}");
        write("{\"at\":1,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x1\"}");
        write("{\"at\":2,\"process\":\"m1\",\"op\":\"process\",\"type\":\"start\"}");
        write("{\"at\":2,\"process\":\"m1\",\"op\":\"session\",\"session\":\"0x2\"}");
        History history = History.read(file(), new Docket());

        var testimony = history.testimony(java.time.Duration.ZERO);
        assertThat(testimony.participant(1)).isNotEqualTo(testimony.participant(2));
    }

    private List<Charge> charges() throws IOException {
        Docket docket = new Docket();
        History.read(file(), docket);
        return List.copyOf(docket.counts().keySet());
    }

    private void write(String line) throws IOException {
        Files.writeString(file(), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Path file() {
        return out.resolve("history.jsonl");
    }
}
