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
import java.util.regex.Pattern;

/**
 * What happened in the scenarios of a comparison, {@code recordings.json} beside its results: by scenario and side, a list
 * of {@code [ms, who, kind, text]}. Of several runs of a scenario the first is kept. Safe for several threads.
 */
public final class RecordingFile {
    /** The name of the file. */
    public static final String NAME = "recordings.json";

    /** More lines nobody follows in a diagram, and all scenarios together are to fit into one page. */
    private static final int LINES = 90;

    /** Of those, how many at the most before the first fault. */
    private static final int BEFORE = 30;

    /** Each role makes the same parents at first: that is not what a scenario is about. */
    private static final Pattern SETUP = Pattern.compile("(0x[0-9a-f]+ \\[)?(exists|create) ?"
            + "(|/scenarios.*|/stages.*|/recipes.*|/workers|/assign|/tasks|/master-epoch)( \"\"\\])?"
            + "( → (ok|NONODE|NODEEXISTS))?");

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
        List<Recording.Line> all = recording.lines().stream()
                .filter(line -> !SETUP.matcher(line.text()).matches())
                .toList();
        int first = first(all);
        if (first > 0) {
            more(lines, all.get(0).ms(), first);
        }
        all.stream()
                .skip(first)
                .limit(LINES)
                .forEach(line -> lines.addArray()
                        .add(Math.round(line.ms() * 10) / 10.0)
                        .add(line.who())
                        .add(line.kind().name().toLowerCase(Locale.ROOT))
                        .add(line.text()));
        int left = all.size() - first - LINES;
        if (left > 0) {
            more(lines, all.get(first + LINES).ms(), left);
        }
    }

    /** Where it is long, what goes before the first fault is the least of it. */
    private static int first(List<Recording.Line> all) {
        for (int i = 0; i < all.size() && all.size() > LINES; i++) {
            if (all.get(i).kind() == Recording.Kind.FAULT) {
                return Math.max(0, i - BEFORE);
            }
        }
        return 0;
    }

    private static void more(ArrayNode lines, double ms, int count) {
        lines.addArray().add(Math.round(ms * 10) / 10.0).add("").add("more").add("… " + count + " more");
    }

    /** @throws ReportException where it can't be written */
    public synchronized void write(Path directory) {
        Path file = directory.resolve(NAME);
        try {
            WholeFile.write(file, scenarios + "\n");
        } catch (IOException e) {
            throw ReportException.unwritten("recordings '" + file + "'", e);
        }
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
