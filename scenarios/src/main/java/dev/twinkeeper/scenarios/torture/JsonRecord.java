package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON objects, one a line. */
final class JsonRecord {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonRecord() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A line of the history: what of which kind it is. */
    static ObjectNode line(String op) {
        return object().put("op", op);
    }

    static ObjectNode line(String op, String type) {
        return line(op).put("type", type);
    }

    static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not to be written as JSON: " + value.getClass(), e);
        }
    }

    static String pretty(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not to be written as JSON: " + value.getClass(), e);
        }
    }

    /** @throws JsonProcessingException where it is no object */
    static ObjectNode parse(String line) throws JsonProcessingException {
        return MAPPER.readValue(line, ObjectNode.class);
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }

    static <T> T parse(String text, Class<T> type) {
        try {
            return MAPPER.readValue(text, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a " + type.getSimpleName() + ": " + text, e);
        }
    }
}
