package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.Scenario;
import dev.twinkeeper.scenarios.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code docs/questions.md} names exists, and its figures are those of {@code docs/comparison.md}. */
class QuestionsTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    private static final Path QUESTIONS = HOME.resolve("docs/questions.md");

    private static final Pattern FIGURE = Pattern.compile("(?m)^- figure, ([^:]+): (.*)$");

    private static String text() throws IOException {
        return Files.readString(QUESTIONS);
    }

    private static List<String> found(String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(text())
                .results()
                .map(each -> each.group(1))
                .toList();
    }

    @Test
    void fifteenQuestionsAreAnsweredEachWithAllThatItPromises() throws IOException {
        List<String> answers = List.of(text().split("(?m)^## "));
        assertThat(answers.subList(1, answers.size()))
                .hasSize(15)
                .allSatisfy(answer -> assertThat(answer).contains("\n- scenario `", "\n- code: `", "\n- figure, "));
    }

    @Test
    void scenariosExist() throws IOException {
        Set<String> known = Stream.concat(Scenarios.all().stream(), Scenarios.recipes().stream())
                .map(Scenario::id)
                .collect(Collectors.toSet());
        assertThat(found("scenario `([^`]+)`")).isNotEmpty().allMatch(known::contains, "is a scenario");
        assertThat(found("--scenario '([^']+)'")).isNotEmpty().allMatch(known::contains, "is a scenario");
    }

    @Test
    void classesExist() throws IOException {
        assertThat(found("`(dev\\.twinkeeper\\.[\\w.]+)`"))
                .isNotEmpty()
                .allSatisfy(
                        name -> assertThat(Class.forName(name, false, getClass().getClassLoader()))
                                .isNotNull());
    }

    @Test
    void commandsExistAndTakeWhatIsGiven() throws IOException {
        Set<String> known = Main.commandLine(new CapturedTerminal().terminal())
                .getSubcommands()
                .keySet();
        assertThat(found("\\./twinkeeper (\\w+)")).isNotEmpty().allMatch(known::contains, "is a command");
        assertThat(found("\\./twinkeeper demo (\\w+)")).allMatch(new DemoCommand.Names()::contains, "is a demo");
    }

    @Test
    void figuresAreThoseOfTheComparison() throws IOException {
        String rows = Files.readString(HOME.resolve("docs/comparison.md"));
        String fresh = FIGURE.matcher(text()).replaceAll(figure -> Matcher.quoteReplacement(line(figure, rows)));
        if (Boolean.getBoolean("twinkeeper.refresh")) {
            Files.writeString(QUESTIONS, fresh);
        }
        assertThat(text()).as("run this test with -Dtwinkeeper.refresh=true").isEqualTo(fresh);
    }

    private static String line(MatchResult figure, String rows) {
        String name = figure.group(1);
        List<String> cells = rows.lines()
                .map(row -> List.of(row.split("\\|")))
                // The table of the rules not kept has fewer columns, and a side in place of a figure.
                .filter(row -> row.size() > 4 && row.get(1).strip().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("docs/comparison.md has no row '" + name + "'"));
        return "- figure, " + name + ": raw " + cells.get(2).strip() + ", curator "
                + cells.get(3).strip();
    }
}
