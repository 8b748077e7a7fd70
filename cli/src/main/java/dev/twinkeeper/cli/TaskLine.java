package dev.twinkeeper.cli;

import dev.twinkeeper.cli.Terminal.Tone;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Printable;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One task in one line: {@code path  state  text}, or the same as a JSON object.
 *
 * @param state {@code done}, {@code failed}, {@code unknown}, {@code submitted}, {@code pending} or {@code assigned}
 * @param fields what else there is to say, by the name that it has in JSON; in a line for people the first one is shown
 */
record TaskLine(String path, String state, Tone tone, Map<String, String> fields) {
    /** What fits on a few lines of a terminal; JSON has all of it. */
    private static final int SHOWN = 2_000;

    static TaskLine of(String path, Outcome outcome) {
        if (outcome instanceof Outcome.Done done) {
            return new TaskLine(path, "done", Tone.GOOD, result(done.result()));
        }
        if (outcome instanceof Outcome.Failed failed) {
            return new TaskLine(path, "failed", Tone.BAD, Map.of("reason", failed.reason()));
        }
        return unknown(path, ((Outcome.Unknown) outcome).why());
    }

    static TaskLine unknown(String path, String why) {
        return new TaskLine(path, "unknown", Tone.CAUTION, Map.of("why", why));
    }

    static TaskLine unfinished(String path, String state) {
        return new TaskLine(path, state, Tone.PLAIN, Map.of());
    }

    static TaskLine assigned(String path, String worker) {
        return new TaskLine(path, "assigned", Tone.PLAIN, Map.of("worker", worker));
    }

    /** Bytes that are not text are given as they are too, since a replacement character can't be undone. */
    private static Map<String, String> result(Payload result) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("result", result.text());
        if (!Payload.of(result.text()).equals(result)) {
            fields.put("resultBase64", Base64.getEncoder().encodeToString(result.bytes()));
        }
        return fields;
    }

    /** Not flushed: there may be many. */
    void print(Terminal terminal, boolean json) {
        terminal.out().println(json ? json() : text(terminal));
    }

    private String json() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("path", path);
        all.put("state", state);
        all.putAll(fields);
        return Json.line(all);
    }

    private String text(Terminal terminal) {
        String text = fields.values().stream().findFirst().orElse("");
        return (path + "  " + terminal.paint(tone, state) + "  " + oneLine(text)).stripTrailing();
    }

    /** A result is whatever the worker gave; here it must neither break the line nor play with the terminal. */
    private static String oneLine(String text) {
        String shown = text.length() <= SHOWN
                ? text.stripTrailing()
                : text.substring(0, SHOWN) + "… (" + text.length() + " characters, --json has them all)";
        return Printable.line(shown.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t"));
    }
}
