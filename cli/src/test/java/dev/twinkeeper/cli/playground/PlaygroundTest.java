package dev.twinkeeper.cli.playground;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.cli.browser.Browser;
import dev.twinkeeper.cli.browser.NeedsBrowser;
import dev.twinkeeper.cli.browser.Page;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The playground as a person has it: the command in a terminal, the page in a real browser. One after the other, on one. */
@ExtendWith(NeedsBrowser.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlaygroundTest {
    /** An election, a session's end and cold processes on a busy machine. */
    private static final Duration BOUND = Duration.ofSeconds(90);

    private static final String BOTH_REIGN = "document.querySelectorAll('.role[data-state=reigns]').length === 2";
    private static final String ALL_WELL = BOTH_REIGN
            + " && document.querySelectorAll('.role[data-state=worker]').length >= 6"
            + " && document.querySelectorAll('[data-server][data-mode=down]').length === 0"
            + " && document.getElementById('banner').hidden";

    private static PlaygroundProcess playground;
    private static Browser browser;
    private static Page page;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        playground = new PlaygroundProcess();
        browser = new Browser();
        page = browser.open(playground.url());
        page.look(1440, 1000, false);
        page.await(ALL_WELL, BOUND.multipliedBy(2)); // cold processes
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
        if (playground != null) {
            playground.close();
        }
    }

    private static void press(String action) {
        page.click("button[data-action='" + action + "']");
    }

    private static void target(String target) {
        page.evaluate("document.getElementById('target').value = '" + target + "'");
    }

    private static int episodes() {
        return page.evaluate(
                        "Math.max(0, ...[...document.querySelectorAll('[data-episode]')].map(e => Number(e.dataset.episode)))")
                .asInt();
    }

    /** Presses, and waits until both sides are through; returns the episode's selector. */
    private static String through(String action) {
        int before = episodes();
        press(action);
        String episode = "[data-episode='" + (before + 1) + "']";
        page.await("document.querySelector(\"" + episode + "[data-over=true]\") !== null", BOUND);
        return episode;
    }

    private static List<Integer> times(String episode, String label) {
        String script = "(() => { const out = []; let on = false;"
                + " for (const cell of document.querySelector(\"" + episode + "\").querySelector('.ep').children) {"
                + " if (cell.className === 'lab') on = cell.textContent.includes('" + label + "');"
                + " else if (on) { const ms = cell.querySelector('[data-ms]'); out.push(ms ? Number(ms.dataset.ms) : -1); } }"
                + " return out; })()";
        List<Integer> times = new java.util.ArrayList<>();
        page.evaluate(script).forEach(time -> times.add(time.asInt()));
        return times;
    }

    @Test
    @Order(1)
    void tenTasksAreCompletedOnBothSides() {
        page.click("button[data-action=submit][data-count='10']");
        page.await("document.querySelectorAll('.side [data-count=completed]').length === 2", BOUND);
        page.await(
                "[...document.querySelectorAll('.side')].every(side => Number(side.querySelector('[data-count=completed] b').textContent) === 10)",
                BOUND);
        assertThat(page.text("#command"))
                .contains("./twinkeeper submit --impl raw")
                .contains("--impl curator");
    }

    @Test
    @Order(2)
    void bothColumnsShowTheNextReignAfterTheMasterWasKilled() throws IOException {
        target("reigning");
        String episode = through("kill");
        assertThat(times(episode, "reign begins")).hasSize(2).allMatch(ms -> ms > 500);
        assertThat(times(episode, "submitted then is assigned")).hasSize(2).allMatch(ms -> ms > 500);
        shot("playground");
        press("start");
        page.await(ALL_WELL, BOUND);
    }

    @Test
    @Order(3)
    void aWorkerIsCutOffAndMended() {
        target("w2");
        press("cut");
        page.await("document.querySelectorAll(\"[data-role$='/w2'][data-state='cut off']\").length === 2", BOUND);
        page.await("document.querySelectorAll(\"[data-role$='/w2'] .warn\").length === 2", BOUND);
        press("mend");
        page.await(ALL_WELL, BOUND);
    }

    @Test
    @Order(4)
    void deletingMasterByHandEndsTheReignAndAnotherBegins() {
        String episode = through("delete-master");
        assertThat(times(episode, "reign is over")).hasSize(2).allMatch(ms -> ms >= 0);
        assertThat(times(episode, "reign begins")).hasSize(2).allMatch(ms -> ms >= 0);
    }

    @Test
    @Order(5)
    void anAnswerThatIsLostIsResolvedOnBothSides() {
        target("client");
        String episode = through("lose-answer");
        assertThat(times(episode, "lost answer is resolved")).hasSize(2).allMatch(ms -> ms >= 0);
    }

    @Test
    @Order(5)
    void aClientWhoseSessionExpiredIsShownAsConnectedAgain() {
        target("client");
        String episode = through("expire");
        assertThat(times(episode, "connected again")).hasSize(2).allMatch(ms -> ms >= 0);
        page.await(
                "[...document.querySelectorAll(\"[data-role$='/client']\")].filter(card => card.textContent.includes('connected')).length === 2",
                BOUND);
    }

    @Test
    @Order(6)
    void theQuorumIsLostAndRestored() {
        press("lose-quorum");
        page.await("document.getElementById('banner').textContent.includes('no quorum')", BOUND);
        // Who looks at it at this moment sees the same.
        page.reload();
        page.await("document.getElementById('banner').textContent.includes('no quorum')", BOUND);
        assertThat(page.evaluate("document.querySelectorAll('[data-episode]').length")
                        .asInt())
                .isGreaterThan(3);
        String episode = through("restore-quorum");
        assertThat(times(episode, "submitted then is assigned")).hasSize(2).allMatch(ms -> ms >= 0);
        page.await(ALL_WELL, BOUND);
    }

    @Test
    @Order(7)
    void aServerThatEndsByItselfIsANote() {
        playground.server().destroyForcibly();
        page.await("document.getElementById('notes').textContent.includes('ended by itself')", BOUND);
        press("start-servers");
        page.await(ALL_WELL, BOUND);
    }

    @Test
    @Order(8)
    void twoPagesShowTheSameAndEitherMayAct() throws IOException, InterruptedException {
        try (Page other = browser.open(playground.url())) {
            other.await(BOTH_REIGN, BOUND);
            int before = episodes();
            other.click("button[data-action=submit][data-count='1']");
            page.await(
                    "document.querySelector(\"[data-episode='" + (before + 1) + "'][data-over=true]\") !== null",
                    BOUND);
            assertThat(other.problems()).isEmpty();
        }
        page.front();
    }

    @Test
    @Order(9)
    void theDrawerShowsTheLinesOfBothSides() {
        page.click("[data-episode] .ms");
        page.await(
                "document.getElementById('code').open && document.querySelectorAll('#code-sides pre').length > 2",
                BOUND);
        assertThat(page.text("#code-sides .raw h4 span")).matches("\\w+\\.java:\\d+");
        assertThat(page.text("#code-sides .curator")).contains(".java:");
        page.click("#code-close");
    }

    @Test
    @Order(10)
    void theTimelineStopsAndIsExported() throws IOException, InterruptedException {
        page.click("#tl-stop");
        page.await("document.querySelector('.tl-bar label').textContent.startsWith('until')", BOUND);
        String stopped = page.text(".tl-bar label");
        page.evaluate("new Promise(done => setTimeout(done, 600))");
        assertThat(page.text(".tl-bar label")).isEqualTo(stopped);
        page.click("#tl-stop");
        Path file = Files.createTempFile("timeline", ".html");
        try {
            Files.writeString(file, get("/export").body());
            try (Page export = browser.open(file.toUri().toString())) {
                assertThat(export.text("#episodes")).contains("raw").contains("requests");
                assertThat(export.requests()).containsOnly(file.toUri().toString());
                assertThat(export.problems()).isEmpty();
            }
        } finally {
            Files.delete(file);
        }
        page.front();
    }

    @Test
    @Order(11)
    void theTourGoesFromEndToEnd() {
        page.click("#tour-open");
        for (int step = 1; step <= 8; step++) {
            page.await("document.getElementById('tour').dataset.step === '" + step + "'", BOUND);
            page.click("#tour-do");
            page.await("document.getElementById('tour').dataset.state === 'done'", BOUND.multipliedBy(2));
            assertThat(page.text("#tour-result"))
                    .as("step %d", step)
                    .contains("raw")
                    .doesNotContain("did not come");
            page.await(ALL_WELL, BOUND);
            page.click("#tour-next");
        }
        assertThat(page.evaluate("document.getElementById('tour').hidden").asBoolean())
                .isTrue();
    }

    @Test
    @Order(12)
    void aForeignHostOrOriginAndAMissingTokenAreRefused() throws IOException, InterruptedException {
        assertThat(firstLine(
                        "GET / HTTP/1.1\r\nHost: evil.example:" + playground.port() + "\r\nConnection: close\r\n\r\n"))
                .contains("403");
        assertThat(firstLine(
                        "GET / HTTP/1.1\r\nHost: 127.0.0.1:" + playground.port() + "\r\nConnection: close\r\n\r\n"))
                .contains("200");
        assertThat(post(Optional.of("http://evil.example"), Optional.of(token()))
                        .statusCode())
                .isEqualTo(403);
        assertThat(post(Optional.empty(), Optional.empty()).statusCode()).isEqualTo(403);
        assertThat(post(Optional.empty(), Optional.of("0123")).statusCode()).isEqualTo(403);
        HttpResponse<String> known = post(Optional.of("http://127.0.0.1:" + playground.port()), Optional.of(token()));
        assertThat(known.statusCode()).isEqualTo(409);
        assertThat(known.body()).contains("there is no action");
    }

    private static String token() {
        return page.evaluate("document.querySelector('meta[name=token]').content")
                .asText();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create(playground.url()).resolve(path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(Optional<String> origin, Optional<String> token)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(playground.url()).resolve("/act"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"action\":\"nothing\"}"));
        origin.ifPresent(value -> request.header("Origin", value));
        token.ifPresent(value -> request.header("X-Token", value));
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String firstLine(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), playground.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(40), StandardCharsets.US_ASCII);
        }
    }

    @Test
    @Order(13)
    void aThousandTasksKeepThePageSmall() {
        page.click("button[data-action=submit][data-count='1000']");
        page.await(
                "[...document.querySelectorAll('.side')].every(side => side.querySelectorAll('.tree li').length > 10)",
                BOUND);
        int last = episodes();
        page.await("document.querySelector(\"[data-episode='" + last + "'][data-over=true]\") !== null", BOUND);
        page.await(
                "[...document.querySelectorAll('.side [data-count=pending] b, .side [data-count=assigned] b')].every(b => b.textContent === '0')",
                BOUND.multipliedBy(2));
        assertThat(page.heap()).isLessThan(100L << 20);
        assertThat(page.evaluate("document.querySelectorAll('*').length").asInt())
                .isLessThan(3_000);
    }

    @Test
    @Order(14)
    void nothingWentWrongOnThePageAndNothingIsLeftBehind() throws IOException, InterruptedException {
        shot("playground-end");
        assertThat(page.problems()).isEmpty();
        assertThat(page.requests())
                .allMatch(request -> request.startsWith(playground.url())
                        || request.startsWith("data:")
                        || request.equals("about:blank"));
        List<ProcessHandle> children = playground.children();
        assertThat(children).hasSizeGreaterThanOrEqualTo(15);
        assertThat(playground.end()).isZero();
        assertThat(children).allSatisfy(child -> assertThat(gone(child)).isTrue());
    }

    private static boolean gone(ProcessHandle process) {
        try {
            process.onExit().completeOnTimeout(null, 5, TimeUnit.SECONDS).join();
        } catch (java.util.concurrent.CompletionException e) {
            return false;
        }
        return !process.isAlive();
    }

    private static void shot(String name) throws IOException {
        for (boolean dark : List.of(false, true)) {
            for (int width : List.of(1440, 390)) {
                page.look(width, 1000, dark);
                page.evaluate("new Promise(done => setTimeout(done, 400))");
                page.screenshot(
                        Path.of("target", "screenshots", name + "-" + width + (dark ? "-dark" : "") + ".png"), true);
            }
        }
        page.look(1440, 1000, false);
    }
}
