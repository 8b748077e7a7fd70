package dev.twinkeeper.scenarios.events;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A role's event as one line of JSON, and back: how it gets out of the role's process. Long results are cut. */
public final class EventJson {
    /** Of a result or a reason: enough to recognize it; the whole stands in the tree. */
    private static final int LONGEST_TEXT = 200;

    private static final Map<String, Class<?>> KINDS = Stream.of(Event.class.getPermittedSubclasses())
            .collect(Collectors.toMap(Class::getSimpleName, Function.identity()));

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .registerModule(new SimpleModule()
                    .addSerializer(new OptionalWriter())
                    .addDeserializer(Optional.class, new OptionalReader())
                    .addSerializer(new OutcomeWriter())
                    .addDeserializer(Outcome.class, new OutcomeReader()));

    private EventJson() {}

    /** The name of an event's kind: {@code Elected}. */
    public static String kind(Event event) {
        return event.getClass().getSimpleName();
    }

    public static String line(Event event) {
        ObjectNode line = MAPPER.createObjectNode().put("event", kind(event));
        line.set("of", MAPPER.valueToTree(event));
        return line.toString();
    }

    /** @throws IllegalArgumentException where the line is no event of this version */
    public static Event parse(String line) {
        try {
            JsonNode node = MAPPER.readTree(line);
            Class<?> kind = KINDS.get(node.path("event").asText());
            if (kind == null || !node.path("of").isObject()) {
                throw new IllegalArgumentException("no event: " + line);
            }
            return (Event) MAPPER.treeToValue(node.get("of"), kind);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no event: " + line, e);
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
    }

    private static final class OptionalWriter extends StdSerializer<Optional<?>> {
        private static final long serialVersionUID = 1L;

        OptionalWriter() {
            super(Optional.class, false);
        }

        @Override
        public void serialize(Optional<?> value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeObject(value.orElse(null));
        }
    }

    @SuppressWarnings("rawtypes")
    private static final class OptionalReader extends StdDeserializer<Optional> {
        private static final long serialVersionUID = 1L;

        OptionalReader() {
            super(Optional.class);
        }

        @Override
        public Optional<?> deserialize(JsonParser in, DeserializationContext context) throws IOException {
            return Optional.ofNullable(in.getValueAsString());
        }

        @Override
        public Optional<?> getNullValue(DeserializationContext context) {
            return Optional.empty();
        }
    }

    private static final class OutcomeWriter extends StdSerializer<Outcome> {
        private static final long serialVersionUID = 1L;

        OutcomeWriter() {
            super(Outcome.class);
        }

        @Override
        public void serialize(Outcome value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeStartObject();
            if (value instanceof Outcome.Done done) {
                out.writeStringField("done", cut(done.result().text()));
            } else if (value instanceof Outcome.Failed failed) {
                out.writeStringField("failed", cut(failed.reason()));
            } else if (value instanceof Outcome.Unknown unknown) {
                out.writeStringField("unknown", cut(unknown.why()));
                out.writeStringField("reason", unknown.reason().name());
            }
            out.writeEndObject();
        }
    }

    private static final class OutcomeReader extends StdDeserializer<Outcome> {
        private static final long serialVersionUID = 1L;

        OutcomeReader() {
            super(Outcome.class);
        }

        @Override
        public Outcome deserialize(JsonParser in, DeserializationContext context) throws IOException {
            JsonNode node = in.readValueAsTree();
            if (node.has("done")) {
                return new Outcome.Done(Payload.of(node.get("done").asText()));
            }
            return node.has("failed")
                    ? new Outcome.Failed(node.get("failed").asText())
                    : new Outcome.Unknown(
                            Outcome.Reason.valueOf(node.path("reason").asText()),
                            node.path("unknown").asText());
        }
    }
}
