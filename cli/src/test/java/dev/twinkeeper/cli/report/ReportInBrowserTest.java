package dev.twinkeeper.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.cli.browser.Browser;
import dev.twinkeeper.cli.browser.NeedsBrowser;
import dev.twinkeeper.cli.browser.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The report as a person opens it from disk. */
@ExtendWith(NeedsBrowser.class)
class ReportInBrowserTest {
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static Browser browser;
    private static Page page;
    private static String url;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        Path results = directory.resolve("results.json");
        Files.write(results, ReportTest.fixture());
        ReportTest.record(directory);
        url = new ReportPage(ReportTest.home())
                .write(results, directory.resolve("report.html"))
                .toUri()
                .toString();
        browser = new Browser();
        page = browser.open(url);
        page.look(1440, 1000, false);
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void itAsksForNothingAndNothingGoesWrong() {
        assertThat(page.requests()).allMatch(request -> request.equals(url) || request.startsWith("data:"));
        assertThat(page.problems()).isEmpty();
        assertThat(page.evaluate("window.hacked === undefined").asBoolean()).isTrue();
        assertThat(page.text("#environment")).contains("</script>");
    }

    @Test
    void everyFigureOfTheFirstScreenIsTheMedianOfTheResults() throws IOException {
        JsonNode results = new ObjectMapper().readTree(ReportTest.fixture());
        int rows = 0;
        for (JsonNode measured : results.path("measured")) {
            if (measured.path("values").size() < 2) {
                continue;
            }
            rows++;
            String id = measured.path("measure").path("id").asText();
            for (String side : List.of("raw", "curator")) {
                String selector = "[data-measure='" + id + "'] [data-side=" + side + "]";
                assertThat(page.evaluate("Number(document.querySelector(\"" + selector + "\").dataset.value)")
                                .asDouble())
                        .as(selector)
                        .isEqualTo(median(measured.path("values").path(side)));
            }
        }
        assertThat(page.evaluate("document.querySelectorAll('[data-measure]').length")
                        .asInt())
                .isEqualTo(rows);
        assertThat(rows).isGreaterThan(40);
    }

    private static double median(JsonNode list) {
        List<Double> values = new ArrayList<>();
        list.forEach(value -> values.add(value.asDouble()));
        values.sort(null);
        return values.get(values.size() / 2);
    }

    @Test
    void theGridIsFiltered() {
        int all = rows();
        filter("f-rule", "K11");
        assertThat(rows()).isEqualTo(2);
        filter("f-rule", "");
        filter("f-outcome", "failed");
        assertThat(rows()).isEqualTo(1);
        assertThat(page.text("#grid tbody")).containsIgnoringCase("<b>a name</b>");
        filter("f-outcome", "");
        assertThat(rows()).isEqualTo(all);
    }

    private static void filter(String field, String value) {
        page.evaluate("document.getElementById('" + field + "').value = '" + value + "';"
                + " document.getElementById('filters').dispatchEvent(new Event('input'))");
    }

    private static int rows() {
        return page.evaluate("document.querySelectorAll('#grid tbody tr').length")
                .asInt();
    }

    private static int count(String selector) {
        return page.evaluate("document.querySelectorAll('" + selector + "').length")
                .asInt();
    }

    @Test
    void aScenarioShowsBothSidesItsSourceAndTheMarkOfItsFault() {
        page.click("[data-scenario='" + ReportTest.SCENARIO + "'] button");
        page.await("document.getElementById('scenario').open", BOUND);
        assertThat(count(".seq")).isEqualTo(2);
        assertThat(count(".seq [data-kind=fault] path")).isEqualTo(2);
        assertThat(count(".seq .part")).as("where the two part").isEqualTo(2);
        assertThat(page.text("#scenario-body"))
                .contains("ElectionRefusalScenarios.java:")
                .contains("E9");
        page.click("#scenario-close");
    }

    @Test
    void aTortureRunIsDrawnWithItsFaultsAsBands() throws IOException, InterruptedException {
        Path run = Files.createDirectories(directory.resolve("run"));
        Files.writeString(
                run.resolve("run.json"),
                "{\"implementation\":\"raw\",\"seed\":7,\"rate\":10,\"duration_ms\":20000,\"command\":\"./twinkeeper torture\"}");
        Files.writeString(
                run.resolve("report.json"),
                "{\"holds\":false,\"faults\":[{\"kind\":\"kill-master\",\"injected\":1,\"seen\":1}],"
                        + "\"findings\":[{\"kind\":\"s2\",\"message\":\"<b>two</b>\",\"records\":[\"0x5 create\"]}]}");
        Files.writeString(
                run.resolve("faults.jsonl"),
                "{\"n\":1,\"kind\":\"kill-master\",\"target\":\"<i>m1</i>\",\"begin\":3000000,\"end\":5000000,\"seen\":true,"
                        + "\"effect\":\"another reign\",\"recovered\":6000000,\"recovery_ms\":3000}\n");
        StringBuilder history = new StringBuilder();
        for (int task = 0; task < 100; task++) {
            long at = 1_000_000 + task * 100_000L;
            history.append(line(at, "submit", "invoke", task))
                    .append(line(at + 5_000, "submit", "ok", task))
                    .append(line(at + 20_000, "outcome", "ok", task));
        }
        Files.writeString(run.resolve("history.jsonl"), history + "{\"at\":1");
        String file = TortureReport.write(run).toUri().toString();
        try (Page torture = browser.open(file)) {
            torture.look(1440, 900, false);
            assertThat(torture.problems()).isEmpty();
            assertThat(torture.requests()).allMatch(request -> request.equals(file) || request.startsWith("data:"));
            assertThat(torture.text("#lead")).contains("100 outcomes learnt");
            assertThat(torture.text("#findings-body")).contains("<b>two</b>").contains("0x5 create");
            assertThat(torture.evaluate("document.querySelectorAll('[data-fault]').length")
                            .asInt())
                    .isEqualTo(2);
            torture.screenshot(Path.of("target", "screenshots", "torture-1440.png"), true);
        }
        page.front();
    }

    private static String line(long at, String op, String type, int task) {
        return "{\"at\":%d,\"process\":\"c1\",\"op\":\"%s\",\"type\":\"%s\",\"id\":%d,\"task\":\"task-%010d\"}%n"
                .formatted(at, op, type, task, task);
    }

    /** The test's own report, or for pictures that of a run: {@code -Dtwinkeeper.results=} its directory. */
    private static Page pictured() throws IOException, InterruptedException {
        String results = System.getProperty("twinkeeper.results");
        if (results == null) {
            return browser.open(url);
        }
        Path made = new ReportPage(ReportTest.home())
                .write(Path.of(results, "results.json"), directory.resolve("pictured.html"));
        return browser.open(made.toUri().toString());
    }

    @Test
    void itFitsAPhoneAndBothColours() throws IOException, InterruptedException {
        try (Page pictured = pictured()) {
            for (boolean dark : List.of(false, true)) {
                for (int width : List.of(1440, 390)) {
                    pictured.look(width, 900, dark);
                    assertThat(pictured.evaluate("document.documentElement.scrollWidth")
                                    .asInt())
                            .isLessThanOrEqualTo(width);
                    String name = "report-" + width + (dark ? "-dark" : "") + ".png";
                    pictured.screenshot(Path.of("target", "screenshots", name), false);
                }
            }
        }
        page.front();
    }
}
