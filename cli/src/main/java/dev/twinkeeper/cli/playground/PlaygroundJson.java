package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON to and from the page and the processes of roles. */
final class PlaygroundJson {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private PlaygroundJson() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not to be written as JSON: " + value.getClass(), e);
        }
    }

    /** For a script element: nothing in it can end that element or open a comment. */
    static String embedded(Object value) {
        return text(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026");
    }

    static JsonNode tree(Object value) {
        return MAPPER.valueToTree(value);
    }
}
