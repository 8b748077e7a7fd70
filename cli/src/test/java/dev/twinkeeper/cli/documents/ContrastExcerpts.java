package dev.twinkeeper.cli.documents;

import dev.twinkeeper.cli.documents.Regions.Excerpt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills the marked places of a document with the excerpts of both sides, side by side. */
final class ContrastExcerpts {
    /** The steps of the protocol, in the order in which a task meets them. */
    static final List<String> STEPS =
            List.of("claim", "watch the workers", "assign", "register", "complete", "submit", "learn");

    private static final Pattern PLACE =
            Pattern.compile("(<!-- excerpt: (.+?) -->\n)(?:.*?)(<!-- end of excerpt -->)", Pattern.DOTALL);

    private final Regions raw;
    private final Regions curator;

    /** @param home the top level of the project */
    ContrastExcerpts(Path home) {
        this.raw = Regions.of(home.resolve("raw-api"));
        this.curator = Regions.of(home.resolve("curator-impl"));
    }

    /** What is wrong with the regions, one line each; nothing where each step has one on each side, and nothing else. */
    List<String> mistakes() {
        List<String> mistakes = new ArrayList<>();
        mistakes(mistakes, "raw-api", raw);
        mistakes(mistakes, "curator-impl", curator);
        return mistakes;
    }

    private static void mistakes(List<String> mistakes, String module, Regions regions) {
        STEPS.stream()
                .filter(step -> regions.named(step).isEmpty())
                .forEach(step -> mistakes.add(module + ": no '// region " + step + "' in its sources"));
        regions.names().stream()
                .filter(name -> !STEPS.contains(name))
                .forEach(name -> mistakes.add(module + ": '// region " + name + "' is none of " + STEPS));
    }

    /** The document with its places filled anew. */
    String fill(Path document, String text) {
        Matcher place = PLACE.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (place.find()) {
            String table = table(document, place.group(2));
            place.appendReplacement(filled, Matcher.quoteReplacement(place.group(1) + table + place.group(3)));
        }
        return place.appendTail(filled).toString();
    }

    private String table(Path document, String step) {
        return """
                <table>
                <tr><th>raw</th><th>Curator</th></tr>
                <tr><td valign="top">

                %s
                </td><td valign="top">

                %s
                </td></tr>
                </table>
                """.formatted(cell(document, raw.named(step)), cell(document, curator.named(step)));
    }

    private String cell(Path document, List<Excerpt> excerpts) {
        StringBuilder cell = new StringBuilder();
        for (Excerpt excerpt : excerpts) {
            String path = document.toAbsolutePath()
                    .getParent()
                    .relativize(excerpt.file().toAbsolutePath())
                    .toString()
                    .replace('\\', '/');
            cell.append("[`%s`](%s)\n\n".formatted(excerpt.file().getFileName(), path));
            cell.append("```java\n").append(String.join("\n", excerpt.lines())).append("\n```\n\n");
        }
        return cell.toString().stripTrailing() + "\n";
    }
}
