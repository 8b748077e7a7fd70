package dev.twinkeeper.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.cli.browser.Browser;
import dev.twinkeeper.cli.browser.NeedsBrowser;
import dev.twinkeeper.cli.browser.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The page of a bench as a person opens it from disk. */
@ExtendWith(NeedsBrowser.class)
class BenchReportInBrowserTest {
    private static final String CHECKOUT = "</script><b>old</b>";

    @TempDir
    private static Path directory;

    private static Browser browser;
    private static Page page;
    private static String url;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        Path file = directory.resolve("bench.html");
        BenchReport.write(file, data(List.of(1, 4, 16)));
        url = file.toUri().toString();
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

    /** Three runs of three subjects with each number of workers. */
    private static Map<String, Object> data(List<Integer> steps) {
        List<Map<String, Object>> runs = new ArrayList<>();
        for (int workers : steps) {
            for (int run = 1; run <= 3; run++) {
                runs.add(run("raw", null, workers, 1_000.0 * workers + run));
                runs.add(run("raw", CHECKOUT, workers, 300.0 * workers + run));
                runs.add(run("ceiling", null, workers, 40_000.0 + run));
            }
        }
        Map<String, Object> data = new HashMap<>();
        data.put("command", "./twinkeeper bench --mode workers --workers 16");
        data.put("mode", "closed");
        data.put("vary", "workers");
        data.put("where", "3 servers in this process");
        data.put("java", "17");
        data.put("processors", 2);
        data.put("runs", runs);
        data.put("figures", Map.of("tasksPerSecond", "tasks/s", "p50Millis", "p50 ms", "p99Millis", "p99 ms"));
        return data;
    }

    private static Map<String, Object> run(String impl, String checkout, int workers, double tasksPerSecond) {
        Map<String, Object> run = new HashMap<>();
        run.put("impl", impl);
        run.put("checkout", checkout);
        run.put("workers", workers);
        run.put("tasks", 1_000);
        run.put("tasksPerSecond", tasksPerSecond);
        run.put("p50Millis", impl.equals("ceiling") ? null : 20.0);
        run.put("p99Millis", impl.equals("ceiling") ? null : 80.0);
        return run;
    }

    @Test
    void itAsksForNothingAndNothingGoesWrong() {
        assertThat(page.requests()).allMatch(request -> request.equals(url) || request.startsWith("data:"));
        assertThat(page.problems()).isEmpty();
        assertThat(page.text("#legend")).contains("raw of " + CHECKOUT);
        assertThat(page.text("#command")).isEqualTo("./twinkeeper bench --mode workers --workers 16");
    }

    @Test
    void throughputIsDrawnAgainstTheWorkersWithTheCeilingAsALine() {
        String chart = "[data-chart=tasksPerSecond] ";
        assertThat(count(chart + "[data-series]")).isEqualTo(3);
        assertThat(count(chart + "circle")).isEqualTo(27);
        assertThat(page.evaluate("document.querySelector('" + chart
                                + "[data-series=ceiling]').getAttribute('stroke-dasharray')")
                        .asText())
                .isEqualTo("6 4");
        assertThat(page.evaluate("document.querySelector('" + chart + "svg').getAttribute('aria-label')")
                        .asText())
                .contains("raw 1: 1,002, 4: 4,002, 16: 16,002");
        assertThat(count("[data-chart=latency] [data-series=raw]")).isEqualTo(1);
    }

    /** With one step a line would be a point. */
    @Test
    void whereNothingIsVariedTheSubjectsStandSideBySide() throws IOException, InterruptedException {
        Path file = directory.resolve("single.html");
        BenchReport.write(file, data(List.of(4)));
        try (Page single = browser.open(file.toUri().toString())) {
            assertThat(single.problems()).isEmpty();
            assertThat(single.evaluate("document.querySelectorAll('[data-chart=tasksPerSecond] circle').length")
                            .asInt())
                    .isEqualTo(6);
            assertThat(single.evaluate("new Set([...document.querySelectorAll('[data-chart=tasksPerSecond] circle')]"
                                    + ".map(circle => circle.getAttribute('cx'))).size")
                            .asInt())
                    .isEqualTo(2);
        }
        page.front();
    }

    @Test
    void theFiguresAreTheMediansOfTheRuns() {
        assertThat(page.evaluate("document.querySelector('tr[data-label=raw][data-step=\"4\"] "
                                + "[data-figure=tasksPerSecond]').dataset.value")
                        .asText())
                .isEqualTo("4002");
    }

    @Test
    void itFitsAPhoneAndBothColours() throws IOException {
        for (boolean dark : List.of(false, true)) {
            for (int width : List.of(1440, 390)) {
                page.look(width, 900, dark);
                assertThat(page.evaluate("document.documentElement.scrollWidth").asInt())
                        .isLessThanOrEqualTo(width);
                String name = "bench-" + width + (dark ? "-dark" : "") + ".png";
                page.screenshot(Path.of("target", "screenshots", name), true);
            }
        }
        page.look(1440, 1000, false);
    }

    private static int count(String selector) {
        return page.evaluate("document.querySelectorAll('" + selector + "').length")
                .asInt();
    }
}
