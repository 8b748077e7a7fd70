package dev.twinkeeper.cli.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The documents show the code as it is: the excerpts come from regions of the compiled sources. Where one is stale, write
 * them anew: {@code ./mvnw -q -pl cli -am -Dtest=DocumentsTest -Dtwinkeeper.documents=write
 * -Dsurefire.failIfNoSpecifiedTests=false test}.
 */
class DocumentsTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    private static final List<Path> WITH_EXCERPTS =
            List.of(HOME.resolve("README.md"), HOME.resolve("docs/contrast.md"));
    private static final boolean WRITE = "write".equals(System.getProperty("twinkeeper.documents"));

    /** To a file, and to a heading of it where one is named. */
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");

    /** Of prose; tables, links in lists and code may be longer. */
    private static final int WIDTH = 120;

    @Test
    void everyStepHasItsRegionOnBothSides() {
        assertThat(new ContrastExcerpts(HOME).mistakes()).isEmpty();
    }

    @Test
    void theExcerptsAreWhatStandsInTheSourcesAndInTheComparison() throws IOException {
        ContrastExcerpts contrast = new ContrastExcerpts(HOME);
        List<String> comparison = Files.readAllLines(HOME.resolve("docs/comparison.md"));
        for (Path document : WITH_EXCERPTS) {
            String text = Files.readString(document);
            String filled = Extract.fill(contrast.fill(document, text), comparison);
            if (WRITE) {
                Files.writeString(document, filled);
            } else {
                assertThat(text)
                        .as(document.getFileName() + " is stale: write it anew with -Dtwinkeeper.documents=write")
                        .isEqualTo(filled);
            }
        }
    }

    @Test
    void theContrastShowsEveryStep() throws IOException {
        String text = Files.readString(HOME.resolve("docs/contrast.md"));

        assertThat(ContrastExcerpts.STEPS)
                .allSatisfy(step -> assertThat(text).contains("<!-- excerpt: " + step + " -->\n"));
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                Path target = link.group(1).isEmpty()
                        ? document
                        : document.getParent().resolve(link.group(1));
                if (!Files.exists(target)
                        || (link.group(2) != null && !headings(target).contains(link.group(2)))) {
                    broken.add(HOME.relativize(document) + " links to " + link.group());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    /** As GitHub makes anchors of them. */
    private static List<String> headings(Path document) throws IOException {
        return Files.readAllLines(document).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
                .toList();
    }

    @Test
    void theScenarioThatIsShownIsTheOneOfTheSuite() throws IOException {
        Matcher shown = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(HOME.resolve("CONTRIBUTING.md")));
        assertThat(shown.find()).isTrue();

        String source = Files.readString(
                HOME.resolve("scenarios/src/main/java/dev/twinkeeper/scenarios/topics/FailoverScenarios.java"));
        assertThat(source.replaceAll("(?m)^ {4}", "")).contains(shown.group(1));
    }

    @Test
    void theReadmeIsWrapped() throws IOException {
        List<String> wide = new ArrayList<>();
        boolean code = false;
        for (String line : Files.readAllLines(HOME.resolve("README.md"))) {
            code ^= line.startsWith("```");
            if (!code && line.length() > WIDTH && !line.startsWith("|")) {
                wide.add(line);
            }
        }
        assertThat(wide).isEmpty();
    }

    @Test
    void everyDocumentStandsInTheIndex() throws IOException {
        String index = Files.readString(HOME.resolve("docs/README.md"));
        try (Stream<Path> files = Files.list(HOME.resolve("docs"))) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(name -> !name.equals("README.md"))
                            .filter(name -> name.endsWith(".md") || name.endsWith(".py")))
                    .allSatisfy(name -> assertThat(index).contains("](" + name + ")"));
        }
    }

    @Test
    void aRegionThatDoesNotEndIsAMistake() {
        Regions regions = new Regions();

        assertThatThrownBy(() -> regions.read(Path.of("A.java"), List.of("// region claim", "int a;")))
                .hasMessageContaining("A.java: region claim is not ended");
        regions.read(
                Path.of("A.java"), List.of("    // region claim", "    int a;", "      int b;", "    // endregion"));
        assertThat(regions.named("claim"))
                .singleElement()
                .satisfies(excerpt -> assertThat(excerpt.lines()).containsExactly("int a;", "  int b;"));
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.list(HOME.resolve("docs"))) {
            List<Path> documents = new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".md")).toList());
            documents.add(HOME.resolve("README.md"));
            documents.add(HOME.resolve("CONTRIBUTING.md"));
            return documents;
        }
    }
}
