package dev.twinkeeper.cli.copy;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The provider of a side, cut down to the one role that is copied: roles are made by it, and it would bring the other two.
 * Where it is written in another way than this expects it stays whole, and brings them.
 */
final class RoleProvider {
    private static final List<String> ROLES = List.of("Master", "Worker", "Client");

    private RoleProvider() {}

    /** @param role {@code master}, {@code worker} or {@code client} */
    static String only(String role, String provider, String text) {
        String cut = text;
        for (String other : ROLES) {
            if (!other.equalsIgnoreCase(role)) {
                cut = without(cut, other);
            }
        }
        cut = cut.replace(" implements Coordination", "").replaceAll("(?m)^    @Override\n", "");
        String named = cut.replaceAll("(?m)(?<!\\.)\\bCoordination\\b(?!;)", provider);
        return withoutUnusedImports(named);
    }

    /** Without the method that makes that role, and what stands directly above it. */
    private static String without(String text, String role) {
        Matcher method = Pattern.compile(
                        "(?m)^    public " + role + " " + role.toLowerCase(java.util.Locale.ROOT) + "\\(")
                .matcher(text);
        if (!method.find()) {
            return text;
        }
        int end = text.indexOf("\n    }\n", method.start());
        int begin = text.lastIndexOf("\n\n", method.start());
        return begin < 0 || end < 0 ? text : text.substring(0, begin + 1) + text.substring(end + "\n    }\n".length());
    }

    private static String withoutUnusedImports(String text) {
        String body = text.replaceAll("(?m)^import .*$", "");
        List<String> lines = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            Matcher single =
                    Pattern.compile("import (?:static )?[\\w.]+\\.(\\w+);").matcher(line);
            boolean used = !single.matches()
                    || Pattern.compile("\\b" + single.group(1) + "\\b")
                            .matcher(body)
                            .find();
            if (used) {
                lines.add(line);
            }
        }
        return String.join("\n", lines);
    }
}
