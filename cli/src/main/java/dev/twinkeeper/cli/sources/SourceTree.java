package dev.twinkeeper.cli.sources;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds a method in the sources below a directory, by the names of its class and its own. Not for several threads. */
public final class SourceTree {
    /** From {@code src/main/java} to a class, with room for two packages more. */
    private static final int DEPTH = 8;

    /** A method is half a screen; what is longer is cut, and its file is named. */
    private static final int MOST_LINES = 60;

    private final Path home;
    private final Path directory;
    private final Map<Path, List<String>> read = new HashMap<>();

    /**
     * Lines of a file.
     *
     * @param file from the top level of the project
     * @param line the first, from 1
     */
    public record Excerpt(String file, int line, String code) {}

    /** @param home the top level of the project; nothing is found where there are no sources */
    public SourceTree(Path home, String directory) {
        this.home = home;
        this.directory = home.resolve(directory);
    }

    /** The first file whose name, without its ending, is wanted, and which has that method. */
    public Optional<Excerpt> method(Predicate<Path> wanted, String name) {
        try (Stream<Path> all = Files.walk(directory, DEPTH)) {
            return all.filter(file -> file.toString().endsWith(".java"))
                    .filter(wanted)
                    .sorted()
                    .map(file -> method(file, name))
                    .flatMap(Optional::stream)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A file's name without {@code .java}. */
    public static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private Optional<Excerpt> method(Path file, String name) {
        List<String> lines = read.computeIfAbsent(file, SourceTree::lines);
        // A declaration stands four blanks in and ends no statement; a call stands deeper.
        Pattern declaration = Pattern.compile("    (?! )[\\w<>,.?@\\[\\] ]*\\b" + Pattern.quote(name) + "\\(.*");
        for (int i = 0; i < lines.size(); i++) {
            if (declaration.matcher(lines.get(i)).matches() && !lines.get(i).endsWith(";")) {
                return Optional.of(excerpt(file, lines, i));
            }
        }
        return Optional.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            return List.of();
        }
    }

    private Excerpt excerpt(Path file, List<String> lines, int first) {
        int end = first;
        while (end < lines.size() - 1 && !lines.get(end).equals("    }")) {
            end++;
        }
        int shown = Math.min(end + 1, first + MOST_LINES);
        String text = String.join("\n", lines.subList(first, shown)).stripIndent();
        String name = home.relativize(file).toString().replace('\\', '/');
        return new Excerpt(name, first + 1, shown <= end ? text + "\n…" : text);
    }
}
