package dev.twinkeeper.cli.documents;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills the marked place of the README with the beginning of the first table of the comparison. */
final class Extract {
    private static final Pattern PLACE =
            Pattern.compile("(<!-- from docs/comparison.md -->\n)(?:.*?)(<!-- end of extract -->)", Pattern.DOTALL);

    /** As many rows as one looks at. */
    private static final int ROWS = 16;

    private Extract() {}

    static String fill(String text, List<String> comparison) {
        Matcher place = PLACE.matcher(text);
        return place.replaceFirst(
                match -> Matcher.quoteReplacement(match.group(1) + "\n" + rows(comparison) + "\n" + match.group(2)));
    }

    private static String rows(List<String> comparison) {
        List<String> rows = new ArrayList<>();
        for (String line : comparison) {
            if (line.startsWith("|") && rows.size() < ROWS + 2) {
                rows.add(line);
            } else if (!rows.isEmpty()) {
                break;
            }
        }
        return String.join("\n", rows) + "\n";
    }
}
