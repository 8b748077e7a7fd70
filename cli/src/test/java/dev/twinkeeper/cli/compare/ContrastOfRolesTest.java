package dev.twinkeeper.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The roles of the two sides are counterparts and no twins: how long Curator's are, and how much of them stands in raw
 * too. A line counts that is neither blank nor comment nor import nor package. A line stands in raw too where raw's roles
 * have the same line, each of raw's once at the most; lines of braces and the like only, without a letter, count for
 * neither.
 */
class ContrastOfRolesTest {
    private static final Path RAW = Path.of("..", "raw-api/src/main/java/dev/twinkeeper/raw");
    private static final Path CURATOR = Path.of("..", "curator-impl/src/main/java/dev/twinkeeper/curator");

    /** What only a variant is made of. */
    private static final List<String> VARIANTS = List.of(
            "CuratorCacheCoordination", "CachedTree", "EveryChange", "CuratorSelectorCoordination", "SelectorTurn");

    @Test
    void curatorsRolesAreHalfAsLong() {
        assertThat(lines(CURATOR, file -> !isOfVariant(file)))
                .as("the default combination")
                .hasSizeLessThanOrEqualTo(1_150);
        assertThat(lines(CURATOR, ContrastOfRolesTest::isOfVariant))
                .as("the variants")
                .hasSizeLessThanOrEqualTo(250);
    }

    @Test
    void lessThanAThirdOfThemStandsInRawToo() {
        Map<String, Integer> raw = new HashMap<>();
        words(lines(RAW, file -> true)).forEach(line -> raw.merge(line, 1, Integer::sum));
        List<String> curator = words(lines(CURATOR, file -> true));

        long shared = curator.stream()
                .filter(line -> raw.merge(line, -1, Integer::sum) >= 0)
                .count();

        assertThat((double) shared / curator.size())
                .as("%d of %d", shared, curator.size())
                .isLessThan(1.0 / 3);
    }

    private static boolean isOfVariant(Path file) {
        return VARIANTS.contains(file.getFileName().toString().replace(".java", ""));
    }

    private static List<String> words(List<String> lines) {
        return lines.stream()
                .filter(line -> line.chars().anyMatch(Character::isLetter))
                .toList();
    }

    private static List<String> lines(Path directory, Predicate<Path> chosen) {
        List<String> code = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                    .filter(each -> !each.endsWith("package-info.java"))
                    .filter(chosen)
                    .toList()) {
                read(file, code);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return code;
    }

    private static void read(Path file, List<String> code) throws IOException {
        boolean comment = false;
        for (String line : Files.readAllLines(file)) {
            String text = line.strip();
            comment |= text.startsWith("/*");
            if (!comment && !text.isEmpty() && !text.startsWith("//") && !text.matches("(import|package) .*")) {
                code.add(text);
            }
            comment &= !text.endsWith("*/");
        }
    }
}
