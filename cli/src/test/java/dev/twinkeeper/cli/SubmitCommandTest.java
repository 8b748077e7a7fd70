package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code submit} makes of a client's answers. */
class SubmitCommandTest {
    private final CapturedTerminal terminal = new CapturedTerminal();

    private ExitCode submit(String... arguments) {
        List<String> all = new ArrayList<>(List.of("submit", "--impl", "fake", "--connect", "localhost/app"));
        all.addAll(List.of(arguments));
        int code = terminal.run(all.toArray(String[]::new));
        return ExitCode.values()[code];
    }

    @Test
    void aDoneTaskIsOneLine() {
        assertThat(submit("echo", "-n", "two", "words")).isEqualTo(ExitCode.GOOD);

        assertThat(terminal.out()).containsExactly("/app/tasks/task-0000000000  done  echo -n two words");
        assertThat(terminal.err()).isEmpty();
    }

    @Test
    void aResultNeitherBreaksTheLineNorPlaysWithTheTerminal() {
        submit("a\nb\u001b[31m\n");

        assertThat(terminal.out()).containsExactly("/app/tasks/task-0000000000  done  a\\nb?[31m");
    }

    @Test
    void aFailedTaskHasItsReasonAndExitCode3() {
        assertThat(submit("fail please")).isEqualTo(ExitCode.FAILED);

        assertThat(terminal.out()).containsExactly("/app/tasks/task-0000000000  failed  exit code 1\\nfail please");
    }

    @Test
    void anUnknownOutcomeHasExitCode5AndHowToAskAgain() {
        assertThat(submit("never")).isEqualTo(ExitCode.UNKNOWN);

        assertThat(terminal.out()).containsExactly("/app/tasks/task-0000000000  unknown  no status in time");
        assertThat(terminal.err())
                .singleElement()
                .asString()
                .contains("twinkeeper status --connect localhost:2181/app --task task-0000000000");
    }

    @Test
    void aTaskThatWasNotAcknowledgedIsUnknown() {
        assertThat(submit("--timeout", "100ms", "lost")).isEqualTo(ExitCode.UNKNOWN);

        assertThat(terminal.out()).singleElement().asString().contains("unknown  not acknowledged");
    }

    @Test
    void aRefusedSubmitIsAFailure() {
        assertThat(submit("full")).isEqualTo(ExitCode.FAILURE);

        assertThat(terminal.err()).containsExactly("twinkeeper: tasks: no sequence is left");
    }

    @Test
    void anEnsembleThatCannotBeReachedHasExitCode4() {
        int code = terminal.run("submit", "--impl", "fake", "--connect", "nowhere", "ls");

        assertThat(code).isEqualTo(ExitCode.CANNOT_CONNECT.code());
        assertThat(terminal.err()).containsExactly("twinkeeper: servers 'nowhere:2181': none answered");
    }

    @Test
    void manyTasksAreNumberedAndEachHasItsLine() {
        assertThat(submit("--count", "12345", "--json", "n {}")).isEqualTo(ExitCode.GOOD);

        assertThat(terminal.out()).hasSize(12_345).doesNotHaveDuplicates();
        assertThat(terminal.out().get(0))
                .isEqualTo("{\"path\":\"/app/tasks/task-0000000000\",\"state\":\"done\",\"result\":\"n 0\"}");
    }

    @Test
    void whereNothingIsCountedTheCommandGoesAsItIs() {
        submit("find . -exec ls {} ;");

        assertThat(terminal.out()).containsExactly("/app/tasks/task-0000000000  done  find . -exec ls {} ;");
    }

    @Test
    void somethingElseCanBeTheNumber() {
        submit("--count", "2", "--number", "@", "echo {} @");

        assertThat(terminal.out())
                .containsExactly(
                        "/app/tasks/task-0000000000  done  echo {} 0", "/app/tasks/task-0000000001  done  echo {} 1");
    }

    @Test
    void withoutWaitingThePathsAreTheResult() {
        assertThat(submit("--no-wait", "--count", "2", "never")).isEqualTo(ExitCode.GOOD);

        assertThat(terminal.out())
                .containsExactly("/app/tasks/task-0000000000  submitted", "/app/tasks/task-0000000001  submitted");
    }
}
