package dev.twinkeeper.cli;

import java.util.ArrayList;
import java.util.List;

/** Sentences where they are printed. */
public final class Prose {
    /** What most terminals show in a line. */
    public static final int WIDTH = 100;

    private Prose() {}

    /** The text in lines of at most that many characters, broken at blanks; a longer word has a longer line. */
    public static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
