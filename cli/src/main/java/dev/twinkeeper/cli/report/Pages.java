package dev.twinkeeper.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Puts a page together of its parts: style, scripts, and the data, which comes last so that nothing in it is replaced. */
final class Pages {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private Pages() {}

    /** @param scripts the resources that are its script, in their order */
    static void write(Path file, String template, ObjectNode data, String... scripts) {
        StringBuilder script = new StringBuilder();
        for (String each : scripts) {
            script.append(resource(each));
        }
        String html = resource(template)
                .replace("/*STYLE*/", resource("report.css"))
                .replace("/*SCRIPT*/", script)
                .replace("/*DATA*/", embedded(data));
        try {
            WholeFile.write(file, html);
        } catch (IOException e) {
            throw ReportException.unwritten("report '" + file + "'", e);
        }
    }

    /** For a script element: nothing in it can end that element or open a comment. */
    private static String embedded(ObjectNode data) {
        try {
            return MAPPER.writeValueAsString(data)
                    .replace("<", "\\u003c")
                    .replace(">", "\\u003e")
                    .replace("&", "\\u0026");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not to be written as JSON", e);
        }
    }

    private static String resource(String name) {
        try (InputStream file = Pages.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
