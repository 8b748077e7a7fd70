package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code ./twinkeeper} itself, in the shells that there are, in other people's environments; its java only tells what it got. */
@Timeout(60)
class LauncherTest {
    private static final String JAVA = """
            #!/bin/sh
            case "$*" in *-version*) echo "openjdk version \\"${FAKE_VERSION-17.0.1}\\"" >&2; exit 0 ;; esac
            for each in "$@"; do echo "argument $each"; done
            env
            """;

    @TempDir
    private Path temporary;

    private Path clone;
    private Path jdk;

    @BeforeEach
    void makeClone() throws IOException {
        clone = Files.createDirectories(temporary.resolve("it's a \"clone\" of $HOME"));
        Files.copy(launcher(), clone.resolve("twinkeeper"));
        clone.resolve("twinkeeper").toFile().setExecutable(true);
        Files.createDirectories(clone.resolve("cli/target"));
        Files.createDirectories(clone.resolve("cli/src/main"));
        old(Files.writeString(clone.resolve("pom.xml"), ""));
        old(Files.writeString(clone.resolve("cli/pom.xml"), ""));
        old(clone.resolve("cli/src/main"));
        Files.writeString(clone.resolve("cli/target/twinkeeper.jar"), "");
        jdk = temporary.resolve("jdk");
        Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
        Files.writeString(java, JAVA);
        java.toFile().setExecutable(true);
    }

    private static Path launcher() {
        Path here = Path.of("").toAbsolutePath();
        return (Files.exists(here.resolve("twinkeeper")) ? here : here.getParent()).resolve("twinkeeper");
    }

    private static void old(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(3_600)));
    }

    static List<List<String>> shells() {
        return Stream.of(List.of("sh"), List.of("dash"), List.of("bash"), List.of("busybox", "sh"), List.of("ksh"))
                .filter(shell -> Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(each -> Files.isExecutable(Path.of(each, shell.get(0)))))
                .toList();
    }

    private record Ended(int code, List<String> lines) {}

    private Ended run(List<String> shell, Path directory, String script, Map<String, String> environment)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of(script, "status", "--connect", "a b"));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().putAll(environment);
        Path output = temporary.resolve("output");
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(output, StandardCharsets.UTF_8).lines().toList());
    }

    @ParameterizedTest
    @MethodSource("shells")
    void whatWasExportedForOtherProgramsDoesNotReachOurs(List<String> shell) throws Exception {
        Ended ended = run(
                shell,
                temporary,
                clone.resolve("twinkeeper").toString(),
                Map.of(
                        "JAVA_TOOL_OPTIONS", "-XX:+UseG1GC -Djava.security.auth.login.config=/etc/jaas.conf",
                        "_JAVA_OPTIONS", "-Xmx1t",
                        "JDK_JAVA_OPTIONS", "-nonsense",
                        "CLASSPATH", "/elsewhere"));

        assertThat(ended.code()).isZero();
        assertThat(ended.lines())
                .noneMatch(line -> line.matches("(JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|CLASSPATH)=.*"))
                .contains(
                        "argument -Djava.security.auth.login.config==/dev/null",
                        "argument -jar",
                        "argument " + clone.toRealPath().resolve("cli/target/twinkeeper.jar"),
                        "argument a b");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void aSearchPathOfDirectoriesDoesNotMislead(List<String> shell) throws Exception {
        Files.createDirectories(temporary.resolve("elsewhere").resolve(clone.getFileName()));

        Ended ended = run(
                shell,
                temporary,
                clone.getFileName() + "/twinkeeper",
                Map.of("CDPATH", temporary.resolve("elsewhere").toString()));

        assertThat(ended.lines()).contains("argument -Dtwinkeeper.home=" + clone.toRealPath());
    }

    @ParameterizedTest
    @MethodSource("shells")
    void textIsUtf8WhereTheLocaleIsNamedButNotInstalled(List<String> shell) throws Exception {
        Ended ended = run(
                shell, temporary, clone.resolve("twinkeeper").toString(), Map.of("LC_ALL", "xx_XX.UTF-8", "LANG", "C"));

        assertThat(ended.lines()).contains("LC_ALL=C.UTF-8");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void itIsCalledThroughALinkAndWithARelativeJavaHome(List<String> shell) throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("tk"), clone.resolve("twinkeeper"));

        Ended ended = run(shell, temporary, link.toString(), Map.of("JAVA_HOME", "jdk"));

        assertThat(ended.code()).isZero();
        assertThat(ended.lines()).contains("argument -Dtwinkeeper.home=" + clone.toRealPath());
    }

    @Test
    void aNewerJdkIsToldNotToWarnAndAnOldOneIsRefused() throws Exception {
        String script = clone.resolve("twinkeeper").toString();

        assertThat(run(List.of("sh"), temporary, script, Map.of("FAKE_VERSION", "25.0.1"))
                        .lines())
                .contains("argument --enable-native-access=ALL-UNNAMED");
        Ended refused = run(List.of("sh"), temporary, script, Map.of("FAKE_VERSION", "1.8.0_292"));
        assertThat(refused.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(refused.lines()).singleElement().asString().contains("is Java 8: a JDK 17 or newer is needed");
        Ended silent = run(List.of("sh"), temporary, script, Map.of("FAKE_VERSION", ""));
        assertThat(silent.lines()).singleElement().asString().contains("does not tell its version (openjdk version");
    }

    @Test
    void aCloneThatCannotBeWrittenToRunsWhatIsBuilt() throws Exception {
        clone.resolve("cli/target").toFile().setWritable(false);
        clone.toFile().setWritable(false);
        try {
            assertThat(run(List.of("sh"), temporary, clone.resolve("twinkeeper").toString(), Map.of())
                            .code())
                    .isZero();
        } finally {
            clone.toFile().setWritable(true);
            clone.resolve("cli/target").toFile().setWritable(true);
        }
    }

    @Test
    void aPathThatNoClassPathCanHoldIsRefused() throws Exception {
        Path odd = Files.move(clone, temporary.resolve("a:b"));

        Ended refused = run(List.of("sh"), temporary, odd.resolve("twinkeeper").toString(), Map.of());

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE.code());
        assertThat(refused.lines()).singleElement().asString().contains("has a colon");
    }
}
