package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written where, and what is left alone. */
class CopyCommandTest {
    @TempDir
    private Path directory;

    private CapturedTerminal terminal = new CapturedTerminal();

    private int copy(String... more) {
        terminal = new CapturedTerminal();
        List<String> arguments =
                Stream.concat(Stream.of("copy", "lock"), Stream.of(more)).toList();
        return terminal.run(arguments.toArray(String[]::new));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void itIsInTheOthersPackageAndSaysWhereItIsFrom() throws IOException {
        assertThat(copy("--to", directory.toString(), "--package", "com.example"))
                .isZero();

        assertThat(files())
                .contains(directory.resolve("com/example/recipes/Lock.java"))
                .allSatisfy(file -> assertThat(Files.readString(file))
                        .startsWith("// From Twinkeeper ")
                        .contains("Apache License 2.0", "package com.example")
                        .doesNotContain("dev.twinkeeper."));
        assertThat(terminal.out()).contains("  <artifactId>zookeeper</artifactId>");
    }

    @Test
    void aSecondTimeNothingIsWritten() throws IOException {
        copy("--to", directory.toString());
        assertThat(copy("--to", directory.toString())).isZero();
        assertThat(terminal.out()).contains("nothing to write: all of it is there already");
    }

    @Test
    void whatSomebodyChangedIsWrittenOverByForceOnly() throws IOException {
        copy("--to", directory.toString());
        Path lock = directory.resolve("dev/twinkeeper/recipes/Lock.java");
        Path recipe = directory.resolve("dev/twinkeeper/recipes/Recipe.java");
        String original = Files.readString(lock);
        Files.writeString(lock, "mine");
        Files.delete(recipe);

        assertThat(copy("--to", directory.toString())).isEqualTo(ExitCode.FAILURE.code());
        assertThat(terminal.err()).singleElement().asString().contains(lock.toString(), "--force");
        assertThat(lock).hasContent("mine");
        assertThat(recipe).doesNotExist();

        assertThat(copy("--to", directory.toString(), "--force")).isZero();
        assertThat(lock).hasContent(original);
        assertThat(recipe).exists();
    }

    @Test
    void aDirectoryThatIsAFileIsNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "mine");
        assertThat(copy("--to", file.toString())).isEqualTo(ExitCode.FAILURE.code());
        assertThat(terminal.err())
                .singleElement()
                .asString()
                .contains("directory '" + file + "': cannot be written to (it is a file)", "--to");
        assertThat(files()).containsExactly(file);
    }

    @Test
    void aDirectoryWhereNobodyCanWriteIsNamed() {
        // Root may write everywhere, but not there.
        Path proc = Path.of("/proc/self/task");
        Assumptions.assumeTrue(Files.isDirectory(proc));
        assertThat(copy("--to", proc.resolve("here").toString())).isEqualTo(ExitCode.FAILURE.code());
        assertThat(terminal.err()).singleElement().asString().contains("cannot be written to", "nothing was written");
    }

    @Test
    void aNameThatIsUnknownIsAnsweredWithTheNearest() {
        assertThat(terminal.run("copy", "lok", "--to", directory.toString())).isEqualTo(ExitCode.USAGE.code());
        assertThat(terminal.err()).singleElement().asString().contains("name 'lok': use one of lock, ");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void allThatThereIsIsListed() {
        assertThat(terminal.run("copy", "--list")).isZero();
        assertThat(terminal.out())
                .anyMatch(line -> line.startsWith("lock ") && line.contains("--impl raw"))
                .anyMatch(line -> line.startsWith("master ") && line.contains("--impl curator"));
    }
}
