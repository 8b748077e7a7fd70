package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ShellHandlerTest {
    private static String execute(String command) throws Exception {
        return handle(command).text();
    }

    private static Payload handle(String command) throws Exception {
        return new ShellHandler().handle(new Task(new TaskId("task-0000000000"), Payload.of(command)));
    }

    @Test
    void theResultIsWhatTheCommandPrintsOnBothStreams() throws Exception {
        assertThat(execute("echo one; echo two >&2; echo three")).isEqualTo("one\ntwo\nthree\n");
    }

    @Test
    void standardInputIsEmpty() throws Exception {
        assertThat(execute("cat; echo end")).isEqualTo("end\n");
    }

    @Test
    void anExitCodeOtherThanZeroIsTheReason() {
        assertThatThrownBy(() -> execute("echo why; exit 7")).hasMessage("exit code 7\nwhy\n");
        assertThatThrownBy(() -> execute("exit 1")).hasMessage("exit code 1");
    }

    @Test
    void outputBeyondTheLimitIsLeftOutAndTheCommandGoesOn() throws Exception {
        Payload result = handle("yes | head -c 3000000");

        assertThat(result.size()).isLessThanOrEqualTo(Payload.LIMIT).isGreaterThan(Payload.LIMIT - 1_000);
        assertThat(result.text()).endsWith("(2000200 more bytes left out)");
    }

    @Test
    void aChildInTheBackgroundIsNotWaitedFor() throws Exception {
        assertThat(execute("sleep 20 & echo $!; echo end")).endsWith("end\n");
    }

    @Test
    void interruptedItKillsTheShellAndItsChildren() throws Exception {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread worker = new Thread(() -> ended.complete(failure("sleep 4711 & sleep 4712")));
        worker.start();
        eventually(() -> children() >= 3);

        worker.interrupt();

        assertThat(ended.get(10, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
        eventually(() -> children() == 0);
    }

    private static Throwable failure(String command) {
        try {
            execute(command);
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    private static long children() {
        return ProcessHandle.current()
                .descendants()
                .filter(child -> child.info().commandLine().orElse("").contains("sleep 471"))
                .filter(ProcessHandle::isAlive)
                .count();
    }

    private static void eventually(BooleanSupplier condition) {
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(condition::getAsBoolean);
    }
}
