package dev.twinkeeper.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Observation;
import dev.twinkeeper.scenarios.events.Recording;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report's file: what is in it, and what there is no report of. */
class ReportTest {
    static final String SCENARIO = "electionrefusal.aCandidateThatTheServersRefuseIsTold";

    private static final long LARGEST = 3_000_000;

    @TempDir
    private Path directory;

    private Path results;
    private Path page;

    @BeforeEach
    void copy() throws IOException {
        results = directory.resolve("results.json");
        page = directory.resolve("report.html");
        Files.write(results, fixture());
    }

    static byte[] fixture() throws IOException {
        try (InputStream file = ReportTest.class.getResourceAsStream("results.json")) {
            return file.readAllBytes();
        }
    }

    /** The top level of the project: tests run in their module. */
    static Path home() {
        Path here = Path.of("").toAbsolutePath();
        return Files.exists(here.resolve("raw-api")) ? here : here.getParent();
    }

    /** What a run of one scenario on both sides leaves behind. */
    static void record(Path directory) throws IOException {
        RecordingFile file = new RecordingFile();
        EventStream.Subscription wanted = Recording.want(file::take);
        try {
            for (String side : List.of("raw", "curator")) {
                Recording recording = Recording.begin(SCENARIO, side, "/stages/7");
                EventStream stream = recording.stream();
                stream.emit("a", new Observation.Requested(1, "create", List.of("/stages/7/<i>a</i>")));
                stream.emit("a", new Observation.Answered(1, 5, -102));
                stream.emit("a", new Observation.Fault("cut off", true));
                stream.emit("a", new Observation.Notified("NodeDeleted", "/stages/7/master"));
                recording.committed(Instant.now(), 5, "[create /stages/7/" + side + "]");
                recording.told(Instant.now(), "a", "Failed[why=" + side + "]");
                recording.end();
            }
        } finally {
            wanted.close();
        }
        file.write(directory);
    }

    @Test
    void whatStrangersWroteCannotLeaveItsElement() throws IOException {
        record(directory);

        new ReportPage(home()).write(results, page);

        String html = Files.readString(page);
        assertThat(html).doesNotContain("<img src=x").doesNotContain("<b>aName").doesNotContain("<i>a</i>");
        assertThat(html.split("</script>", -1)).hasSize(3);
        assertThat(html).doesNotContainPattern("(src|href)=.?https?:");
        assertThat(Files.size(page)).isLessThan(LARGEST);
    }

    @Test
    void theSourceOfAScenarioIsInIt() throws IOException {
        new ReportPage(home()).write(results, page);

        assertThat(Files.readString(page))
                .contains("ElectionRefusalScenarios.java")
                .contains("aCandidateThatTheServersRefuseIsTold(");
    }

    @Test
    void aRecordingLeavesTheRootOutAndPutsAnswersBehindRequests() throws IOException {
        record(directory);

        JsonNode recorded = new ObjectMapper()
                .readTree(directory.resolve(RecordingFile.NAME).toFile());

        JsonNode lines = recorded.path(SCENARIO).path("raw");
        assertThat(lines.get(0).get(3).asText()).isEqualTo("create /<i>a</i> → NOAUTH");
        assertThat(lines.toString()).contains("\"fault\",\"cut off\"").contains("NodeDeleted /master");
    }

    @Test
    void resultsOfAnotherVersionAreRefusedInOneLine() throws IOException {
        Files.writeString(results, "{\"schema\": 3}");
        refused("of schema 3, this report reads 2");
        Files.writeString(results, "{\"at\": \"2026\", \"contenders\": []}");
        refused("of schema 1, this report reads 2");
    }

    @Test
    void resultsThatAreCutOffOrEditedAreRefusedInOneLine() throws IOException {
        String whole = new String(fixture(), StandardCharsets.UTF_8);
        Files.writeString(results, whole.substring(0, whole.length() / 2));
        refused("cut off or edited");
        Files.writeString(results, whole.replace("\"servers\": 3", "\"servers\": \"three\""));
        refused("cut off or edited");
        Files.writeString(results, "{\"schema\": 2}");
        refused("cut off or edited");
        Files.writeString(results, whole.replace("\"ok\": true", "\"ok\": null"));
        refused("cut off or edited");
        Files.writeString(results, whole.replace("\"played\":", "\"somebody\":"));
        refused("cut off or edited");
        Files.writeString(results, "not JSON at all");
        refused("cut off or edited");
        Files.delete(results);
        refused("run compare first");
    }

    /** What a full disk does. */
    @Test
    void aPageThatCannotBeWrittenLeavesTheOneBefore() throws IOException {
        Files.writeString(page, "the page before");
        Files.createDirectories(directory.resolve(".report.html.part/in-the-way"));

        assertThatThrownBy(() -> new ReportPage(home()).write(results, page))
                .isInstanceOfSatisfying(
                        ReportException.class, e -> assertThat(e.isUnwritten()).isTrue())
                .hasMessageContaining("it can't be written");
        assertThat(page).hasContent("the page before");
    }

    @Test
    void aPageInADirectoryThatIsNotThereIsRefusedInOneLine() {
        Path nowhere = directory.resolve("nowhere/report.html");
        assertThatThrownBy(() -> new ReportPage(home()).write(results, nowhere))
                .isInstanceOf(ReportException.class)
                .hasMessage("report '" + nowhere
                        + "': it can't be written (there is no such directory); name another place with --out");
    }

    private void refused(String why) {
        assertThatThrownBy(() -> new ReportPage(home()).write(results, page))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
        assertThat(page).doesNotExist();
    }
}
