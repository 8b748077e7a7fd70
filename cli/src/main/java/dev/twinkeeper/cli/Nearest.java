package dev.twinkeeper.cli;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Known names in the order of their likeness to one that was mistyped. */
public final class Nearest {
    /** Longer words are compared by their beginning: the table of a comparison is bounded. */
    private static final int LONGEST = 100;

    private Nearest() {}

    /** All of them, the nearest first; names that are equally near keep their order. */
    public static List<String> first(String typed, Collection<String> known) {
        return known.stream()
                .sorted(Comparator.comparingInt(name -> distance(typed, name)))
                .toList();
    }

    /** How many letters have to be added, removed or replaced to make one word of the other, in any case. */
    public static int distance(String one, String other) {
        String from = word(one);
        String to = word(other);
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }

    private static String word(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return lower.substring(0, Math.min(LONGEST, lower.length()));
    }
}
