package dev.twinkeeper.cli.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.cli.sources.SourceTree;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.scenarios.ScenarioContext;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes {@code report.html} beside a comparison's {@code results.json}: the page, and in it all that it shows. */
public final class ReportPage {
    private final Path home;

    /** @param home the top level of the project, for the sources of the scenarios; without them the report has none */
    public ReportPage(Path home) {
        this.home = home;
    }

    /**
     * Writes the report of a comparison.
     *
     * @return the file
     * @throws ReportException where there are no results to show, or the file can't be written
     */
    public Path write(Path results, Path file) {
        Results read = Results.read(results);
        ObjectNode data = Pages.MAPPER.createObjectNode();
        data.set("results", Pages.MAPPER.valueToTree(read));
        data.set("rules", Pages.MAPPER.valueToTree(rules()));
        data.set("scenarios", Pages.MAPPER.valueToTree(sources(read)));
        data.set("recordings", RecordingFile.beside(results));
        data.put("sessionMs", ScenarioContext.SESSION_TIMEOUT.toMillis());
        data.put("command", command(read));
        Pages.write(file, "report.html", data, "charts.js", "sequence.js", "report.js");
        return file;
    }

    private static String command(Results results) {
        String scope = "ALL".equals(results.scope()) ? " --all" : "";
        String runs = results.runs() > 1 ? " --runs " + results.runs() : "";
        return "./twinkeeper compare --impl " + String.join(",", results.sides()) + scope + runs;
    }

    private static Map<String, Map<String, String>> rules() {
        Map<String, Map<String, String>> rules = new TreeMap<>();
        for (Rule rule : Rule.values()) {
            rules.put(rule.name(), Map.of("title", rule.title(), "text", rule.text()));
        }
        return rules;
    }

    /** The code of each scenario that was played, where the sources are there. */
    private Map<String, SourceTree.Excerpt> sources(Results results) {
        SourceTree tree = new SourceTree(home, "scenarios/src/main/java");
        Map<String, SourceTree.Excerpt> sources = new TreeMap<>();
        Stream<String> played =
                results.played().stream().map(Results.Played::scenario).distinct();
        played.filter(id -> id.contains(".")).forEach(id -> {
            String topic = id.substring(0, id.indexOf('.'));
            tree.method(file -> isTopic(file, topic), id.substring(id.indexOf('.') + 1))
                    .ifPresent(found -> sources.put(id, found));
        });
        return sources;
    }

    private static boolean isTopic(Path file, String topic) {
        return SourceTree.className(file).toLowerCase(Locale.ROOT).equals(topic.toLowerCase(Locale.ROOT) + "scenarios");
    }
}
