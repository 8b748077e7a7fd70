package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;

/** The shells themselves are asked what they would complete. */
class CompletionCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "twinkeeper d",
                "twinkeeper demo znod",
                "twinkeeper copy --im",
                "twinkeeper copy mast",
                "twinkeeper torture --impl mix",
                "twinkeeper master --impl cur",
                "twinkeeper completion z",
                "twinkeeper bench --aga",
                "twinkeeper bench --mode clo"
            })
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

    /** What bash offers behind a command is what the command takes: all of it, and nothing else. */
    @Test
    void bashOffersEveryCommandAndEveryOption() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/bin/bash")));
        CapturedTerminal terminal = new CapturedTerminal();
        assertThat(terminal.run("completion", "bash")).isZero();
        Map<String, Set<String>> taken = new TreeMap<>();
        Main.commandLine(terminal.terminal()).getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                taken.put(name, longNames(command.getCommandSpec()));
            }
        });
        StringBuilder ask = new StringBuilder(String.join("\n", terminal.out()));
        ask.append("\nCOMP_WORDS=(twinkeeper ''); COMP_CWORD=1; _complete_twinkeeper; echo : ${COMPREPLY[@]}\n");
        for (String name : taken.keySet()) {
            ask.append("COMP_WORDS=(twinkeeper %s --); COMP_CWORD=2; _complete_twinkeeper; echo %s ${COMPREPLY[@]}\n"
                    .formatted(name, name));
        }
        Path script = Files.writeString(directory.resolve("ask"), ask);
        Process bash = new ProcessBuilder("/bin/bash", script.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String offers = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor(20, TimeUnit.SECONDS)).isTrue();

        Map<String, Set<String>> offered = new TreeMap<>();
        offers.lines()
                .map(line -> List.of(line.split(" ")))
                .forEach(words -> offered.put(words.get(0), new TreeSet<>(words.subList(1, words.size()))));
        assertThat(offered.remove(":")).isEqualTo(taken.keySet());
        assertThat(offered).isEqualTo(taken);
        assertThat(taken.get("compare")).contains("--scenario", "--help");
    }

    private static Set<String> longNames(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden())
                .flatMap(option -> Stream.of(option.names()))
                .filter(name -> name.startsWith("--"))
                .collect(Collectors.toCollection(TreeSet::new));
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
