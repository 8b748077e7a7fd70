package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One word for one thing, one thing for one word; the glossary is in {@code dev.twinkeeper.contract}. */
class NamesTest {
    /** Words of theatre, court, weather and work: a stranger can't guess what such a class does. */
    private static final Set<String> METAPHORS = Set.of(
            ("Actor Article Audience Cast Charge Company Curtain Docket Ear Hand Hearing Judge Labour Oracle Play"
                            + " Playbill Player Props Scene Stage Testimony Theatre Troupe Verdict Weather")
                    .split(" "));

    private static final String SOURCES = "src/main/java/";

    /** Only counterparts may: one of {@code raw-api} and one of {@code curator-impl}. */
    @Test
    void noTwoClassesShareASimpleName() throws IOException {
        Map<String, List<Path>> byName = classes().stream().collect(Collectors.groupingBy(NamesTest::simpleName));

        assertThat(byName).hasSizeGreaterThan(200);
        assertThat(byName.values())
                .filteredOn(files -> files.size() > 1 && !areCounterparts(files))
                .isEmpty();
    }

    @Test
    void noClassIsNamedByAMetaphor() throws IOException {
        assertThat(classes())
                .filteredOn(
                        file -> Stream.of(simpleName(file).replace("ByHand", "").split("(?<=[a-z])(?=[A-Z])"))
                                .anyMatch(METAPHORS::contains))
                .isEmpty();
    }

    /** The files of all main classes; each holds one. */
    private static List<Path> classes() throws IOException {
        try (Stream<Path> modules = Files.list(Path.of(".."));
                Stream<Path> files = modules.map(module -> module.resolve(SOURCES))
                        .filter(Files::isDirectory)
                        .flatMap(NamesTest::below)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
        }
    }

    private static Stream<Path> below(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.toList().stream();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String simpleName(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static boolean areCounterparts(List<Path> files) {
        return files.size() == 2
                && files.stream().anyMatch(file -> file.startsWith("../raw-api"))
                && files.stream().anyMatch(file -> file.startsWith("../curator-impl"));
    }
}
