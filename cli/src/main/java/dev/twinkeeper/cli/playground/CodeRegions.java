package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.cli.sources.SourceTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The lines of code that a fault runs through, on each side: {@code regions.json} names methods, and where they stand is
 * looked up in the sources when somebody asks.
 */
final class CodeRegions {
    private final Path home;
    private final JsonNode regions;

    /** @param home the top level of the project */
    CodeRegions(Path home) {
        this.home = home;
        try (InputStream file = CodeRegions.class.getResourceAsStream("regions.json")) {
            regions = PlaygroundJson.MAPPER.readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of what there is code for. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        regions.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** For the page: what happens, and on each side the methods with file, line and text. */
    ObjectNode of(String name) {
        JsonNode region = regions.path(name);
        ObjectNode json = PlaygroundJson.object()
                .put("name", name)
                .put("what", region.path("what").asText(""));
        ArrayNode sides = json.putArray("sides");
        for (String side : List.of("raw", "curator")) {
            ArrayNode methods = sides.addObject().put("side", side).putArray("methods");
            for (JsonNode one : region.path(side)) {
                methods.add(find(side, one.path("at"), one.path("why").asText("")));
            }
        }
        return json;
    }

    /** The first of these places that is there: a method may move, or be called otherwise after a rewrite. */
    private ObjectNode find(String side, JsonNode places, String why) {
        SourceTree sources =
                new SourceTree(home, side.equals("raw") ? "raw-api/src/main/java" : "curator-impl/src/main/java");
        for (JsonNode place : places) {
            String[] at = place.asText().split("#", 2);
            // The recipes of a side stand in a package of their own.
            Optional<SourceTree.Excerpt> found = sources.method(
                    file -> SourceTree.className(file).equals(at[0])
                            && !file.getParent().endsWith("recipes"),
                    at[1]);
            if (found.isPresent()) {
                return PlaygroundJson.object()
                        .put("method", at[0] + "." + at[1])
                        .put("why", why)
                        .put("file", found.get().file())
                        .put("line", found.get().line())
                        .put("code", found.get().code());
            }
        }
        return PlaygroundJson.object()
                .put("method", places.path(0).asText())
                .put("why", why)
                .put("missing", true);
    }
}
