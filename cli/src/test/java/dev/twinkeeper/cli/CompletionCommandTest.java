package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shells themselves are asked what they would complete. */
class CompletionCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"twinkeeper d", "twinkeeper demo znod", "twinkeeper copy --im"})
    void bashCompletes(String typed) throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/bin/bash")));
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run("completion", "bash")).isZero();
        Path script = directory.resolve("completion");
        Files.write(script, terminal.out());
        String[] words = typed.split(" ");
        String ask =
                ". %s; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; COMP_POINT=%d; _complete_twinkeeper; printf '%%s\\n' \"${COMPREPLY[@]}\""
                        .formatted(script, typed, words.length - 1, typed, typed.length());
        Process bash = new ProcessBuilder("/bin/bash", "-c", ask)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String completions = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();

        String last = words[words.length - 1];
        assertThat(completions.lines()).isNotEmpty().allMatch(each -> each.startsWith(last), "begins with " + last);
    }

    @Test
    void zshIsToldToTakeBashs() {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run("completion", "zsh")).isZero();
        assertThat(terminal.out()).anyMatch(line -> line.contains("bashcompinit"));
    }

    @Test
    void anotherShellIsRefused() {
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run("completion", "fish")).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err()).singleElement().asString().contains("shell 'fish': use one of bash, zsh");
    }
}
