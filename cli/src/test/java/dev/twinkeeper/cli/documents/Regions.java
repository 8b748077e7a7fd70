package dev.twinkeeper.cli.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The marked regions of the sources of one module: lines between {@code // region NAME} and {@code // endregion}. A name may
 * stand more than once; its excerpt is all of them, by file.
 */
final class Regions {
    /** Some lines of one file, without the indentation that they have in common. */
    record Excerpt(Path file, List<String> lines) {}

    private static final Pattern BEGIN = Pattern.compile("\\s*// region (.+)");
    private static final Pattern END = Pattern.compile("\\s*// endregion");

    private final TreeMap<String, List<Excerpt>> excerpts = new TreeMap<>();

    /** @param module its directory */
    static Regions of(Path module) {
        Regions regions = new Regions();
        try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                    .sorted()
                    .toList()) {
                regions.read(file, Files.readAllLines(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return regions;
    }

    void read(Path file, List<String> lines) {
        Optional<String> name = Optional.empty();
        List<String> region = new ArrayList<>();
        for (String line : lines) {
            Matcher begin = BEGIN.matcher(line);
            if (begin.matches()) {
                if (name.isPresent()) {
                    throw new IllegalStateException(file + ": region " + name.get() + " is not ended");
                }
                name = Optional.of(begin.group(1));
            } else if (END.matcher(line).matches()) {
                String ended =
                        name.orElseThrow(() -> new IllegalStateException(file + ": an endregion without region"));
                excerpts.computeIfAbsent(ended, unused -> new ArrayList<>()).add(new Excerpt(file, stripped(region)));
                name = Optional.empty();
                region = new ArrayList<>();
            } else if (name.isPresent()) {
                region.add(line);
            }
        }
        if (name.isPresent()) {
            throw new IllegalStateException(file + ": region " + name.get() + " is not ended");
        }
    }

    private static List<String> stripped(List<String> lines) {
        int indent = lines.stream()
                .filter(line -> !line.isBlank())
                .mapToInt(line -> line.length() - line.stripLeading().length())
                .min()
                .orElse(0);
        String text = String.join(
                "\n",
                lines.stream()
                        .map(line -> line.isBlank() ? "" : line.substring(indent))
                        .toList());
        return text.strip().lines().toList();
    }

    /** Those of that name; none where there is no such region. */
    List<Excerpt> named(String name) {
        return excerpts.getOrDefault(name, List.of());
    }

    List<String> names() {
        return List.copyOf(excerpts.keySet());
    }
}
