package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Printable;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** JSON objects, written and read, one a line. */
public final class JsonLines {
    private static final int SHOWN = 200;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonLines() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A line of the history: what of which kind it is. */
    public static ObjectNode line(String op) {
        return object().put("op", op);
    }

    public static ObjectNode line(String op, String type) {
        return line(op).put("type", type);
    }

    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not to be written as JSON: " + value.getClass(), e);
        }
    }

    public static String pretty(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not to be written as JSON: " + value.getClass(), e);
        }
    }

    /** @throws JsonProcessingException where it is no object */
    public static ObjectNode parse(String line) throws JsonProcessingException {
        return MAPPER.readValue(line, ObjectNode.class);
    }

    public static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    public static <T> T parse(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + text, e);
        }
    }

    static JsonNode object(Path file) throws IOException {
        return parse(Files.readString(file), file, 1);
    }

    /** Each line in turn. Half a line at the end is what a killed writer leaves, and no evidence of anything. */
    static void each(Path file, Consumer<JsonNode> line) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no " + file.getFileName());
        }
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String text = in.readLine();
            for (long number = 1; text != null; number++) {
                String next = in.readLine();
                if (next != null || text.endsWith("}")) {
                    take(line, text, file, number);
                }
                text = next;
            }
        }
    }

    /** Whatever is wrong with a line, its place is said. */
    private static void take(Consumer<JsonNode> line, String text, Path file, long number) throws IOException {
        JsonNode node = parse(text, file, number);
        try {
            line.accept(node);
        } catch (RuntimeException e) {
            throw new IOException("%s, line %d makes no sense: %s".formatted(file, number, said(e.getMessage())), e);
        }
    }

    private static JsonNode parse(String text, Path file, long line) throws IOException {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("%s, line %d is no JSON: %s".formatted(file, line, said(e.getOriginalMessage())), e);
        }
    }

    /** A parser repeats what it met. */
    static String said(String message) {
        return Printable.line(String.valueOf(message), SHOWN);
    }

    /** A zxid or a session: {@code "0x…"}, or a plain number. */
    static long hex(JsonNode value) {
        String text = value.asText();
        return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : value.asLong();
    }
}
