package dev.twinkeeper.contract;

import java.util.regex.Pattern;

/** Text of others in a line for people: it neither breaks the line nor plays with the terminal, and it is cut. */
public final class Printable {
    /** Control characters of both ranges, since U+009B begins a terminal's escapes as well as ESC does; line ends. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

    private Printable() {}

    /** All of it, with a question mark for each character that is not to be printed. */
    public static String line(String text) {
        return UNPRINTABLE.matcher(text).replaceAll("?");
    }

    /** The same, with an ellipsis where it is longer than that. */
    public static String line(String text, int longest) {
        if (text.length() <= longest) {
            return line(text);
        }
        // Not between the halves of one character.
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return line(text.substring(0, end)) + "…";
    }
}
