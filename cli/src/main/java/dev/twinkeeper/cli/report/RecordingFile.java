package dev.twinkeeper.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.events.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What happened in the scenarios of a comparison, {@code recordings.json} beside its results: by scenario and side, a list
 * of {@code [ms, who, kind, text]}. Of several runs of a scenario the first is kept. Safe for several threads.
 */
public final class RecordingFile {
    /** The name of the file. */
    public static final String NAME = "recordings.json";

    /** More lines nobody follows in a diagram, and all scenarios together are to fit into one page. */
    private static final int LINES = 90;

    /** All recordings of a comparison of everything are a fifth of it. */
    private static final long LARGEST = 16L << 20;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ObjectNode scenarios = MAPPER.createObjectNode();

    /** Takes down what happened in one scenario. */
    public synchronized void take(Recording recording) {
        ObjectNode sides = scenarios.withObjectProperty(recording.scenario());
        if (sides.has(recording.side())) {
            return;
        }
        ArrayNode lines = sides.putArray(recording.side());
        List<Recording.Line> all = recording.lines();
        all.stream()
                .limit(LINES)
                .forEach(line -> lines.addArray()
                        .add(Math.round(line.ms() * 10) / 10.0)
                        .add(line.who())
                        .add(line.kind().name().toLowerCase(Locale.ROOT))
                        .add(line.text()));
        if (all.size() > LINES) {
            lines.addArray()
                    .add(Math.round(all.get(LINES).ms() * 10) / 10.0)
                    .add("")
                    .add("more")
                    .add("and " + (all.size() - LINES) + " more");
        }
    }

    /** @throws IOException where it can't be written */
    public synchronized void write(Path directory) throws IOException {
        Files.writeString(directory.resolve(NAME), scenarios + "\n");
    }

    /** What stands beside these results; nothing where there is none, or where it is none of ours. */
    static ObjectNode beside(Path results) {
        Path file = results.resolveSibling(NAME);
        try {
            if (Files.size(file) <= LARGEST && MAPPER.readTree(Files.readAllBytes(file)) instanceof ObjectNode found) {
                return found;
            }
        } catch (JsonProcessingException e) {
            throw new ReportException("recordings '" + file + "': cut off or edited; run compare again, or remove it");
        } catch (IOException e) {
            return MAPPER.createObjectNode();
        }
        return MAPPER.createObjectNode();
    }
}
