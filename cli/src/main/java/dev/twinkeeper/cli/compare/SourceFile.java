package dev.twinkeeper.cli.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One file of Java, as code: comments are left out.
 *
 * @param packageName where it is
 * @param type its file name without the ending
 * @param imports fully qualified, static ones with their member
 * @param code its lines that are neither blank nor import nor package, stripped
 * @param words the identifiers of its code
 */
record SourceFile(String packageName, String type, List<String> imports, List<String> code, Set<String> words) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_$][\\w$]*");
    private static final Pattern IMPORT = Pattern.compile("import (?:static )?([\\w.]+);");

    static SourceFile read(Path file) {
        try {
            String name = file.getFileName().toString();
            return of(name.substring(0, name.length() - ".java".length()), Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SourceFile of(String type, List<String> lines) {
        String packageName = "";
        List<String> imports = new ArrayList<>();
        List<String> code = new ArrayList<>();
        Set<String> words = new HashSet<>();
        boolean comment = false;
        for (String line : lines) {
            String text = line.strip();
            comment |= text.startsWith("/*");
            Matcher imported = IMPORT.matcher(text);
            if (comment || text.isEmpty() || text.startsWith("//")) {
                comment &= !text.endsWith("*/");
            } else if (imported.matches()) {
                imports.add(imported.group(1));
            } else if (text.startsWith("package ")) {
                packageName = text.substring("package ".length(), text.length() - 1);
            } else {
                code.add(text);
                WORD.matcher(text).results().forEach(word -> words.add(word.group()));
            }
        }
        return new SourceFile(packageName, type, List.copyOf(imports), List.copyOf(code), Set.copyOf(words));
    }

    /** Fully qualified. */
    String name() {
        return packageName + "." + type;
    }

    /** Whether its type implements or extends one of that simple name. */
    boolean is(String supertype) {
        String head = String.join(" ", code).split("\\{", 2)[0];
        return head.matches(".*\\b(implements|extends)\\b.*\\b" + supertype + "\\b.*");
    }

    /** Whether its code names the other type, as it stands there: imported, or of the same package. */
    boolean uses(SourceFile other) {
        return words.contains(other.type)
                && !equals(other)
                && (packageName.equals(other.packageName) || imports.contains(other.name()));
    }
}
