package dev.twinkeeper.cli.copy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The sources of the modules that can be copied. What a file needs is found from its own words: what it imports, and the
 * types of its own package that it mentions.
 */
final class ProjectSources {
    /** The packages of this project begin with it. */
    static final String ROOT = "dev.twinkeeper";

    private static final List<String> MODULES = List.of("common", "raw-api", "curator-impl");

    private static final Pattern IMPORT =
            Pattern.compile("(?m)^import (?:static )?(" + Pattern.quote(ROOT) + "\\.[\\w.]+?)(\\.\\*)?;");

    /** Comments and texts: a type that is only mentioned there is not needed. */
    private static final Pattern NO_CODE = Pattern.compile(
            "(?s)/\\*.*?\\*/|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])+'|//[^\n]*");

    private static final Pattern TYPE = Pattern.compile("(?<![\\w.])[A-Z]\\w*");

    private static final Pattern QUALIFIED = Pattern.compile(Pattern.quote(ROOT) + "\\.[\\w.]+");

    private final Path home;

    /** @param home the top level of the project */
    ProjectSources(Path home) {
        this.home = home;
    }

    /** A type's file: {@code dev.twinkeeper.recipes.Lock}. */
    Optional<Path> file(String type) {
        return MODULES.stream()
                .map(module -> home.resolve(module).resolve("src/main/java").resolve(type.replace('.', '/') + ".java"))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The types of a package, sorted. */
    List<String> types(String packageName) {
        Set<String> types = new TreeSet<>();
        for (String module : MODULES) {
            Path directory = home.resolve(module).resolve("src/main/java").resolve(packageName.replace('.', '/'));
            if (Files.isDirectory(directory)) {
                try (Stream<Path> files = Files.list(directory)) {
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".java") && !name.equals("package-info.java"))
                            .forEach(name -> types.add(packageName + "." + name.replace(".java", "")));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return List.copyOf(types);
    }

    String text(String type) {
        try {
            return Files.readString(file(type).orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it is from, for whoever reads the copy. */
    String origin(String type) {
        return home.relativize(file(type).orElseThrow()).toString().replace('\\', '/');
    }

    /**
     * That type and all that it needs, each with its text.
     *
     * @param change what becomes of the text of {@code type} before it is looked at
     */
    Map<String, String> needed(String type, UnaryOperator<String> change) {
        Map<String, String> found = new LinkedHashMap<>();
        Deque<String> left = new ArrayDeque<>(List.of(type));
        while (!left.isEmpty()) {
            String next = left.poll();
            if (!found.containsKey(next)) {
                String text = next.equals(type) ? change.apply(text(next)) : text(next);
                found.put(next, text);
                left.addAll(mentioned(next, text));
            }
        }
        return found;
    }

    private Set<String> mentioned(String type, String text) {
        Set<String> mentioned = new TreeSet<>();
        Set<String> imported = new TreeSet<>();
        Matcher imports = IMPORT.matcher(text);
        String code = NO_CODE.matcher(text).replaceAll(" ");
        Set<String> words = new TreeSet<>();
        TYPE.matcher(code).results().forEach(word -> words.add(word.group()));
        while (imports.find()) {
            if (imports.group(2) == null) {
                outermost(imports.group(1)).ifPresent(mentioned::add);
                imported.add(simple(imports.group(1)));
            } else {
                types(imports.group(1)).stream()
                        .filter(each -> words.contains(simple(each)))
                        .forEach(mentioned::add);
            }
        }
        // A type of another library hides one of the same name beside it.
        Pattern.compile("(?m)^import (?!static )([\\w.]+);")
                .matcher(text)
                .results()
                .forEach(each -> imported.add(simple(each.group(1))));
        String own = type.substring(0, type.lastIndexOf('.'));
        words.stream()
                .filter(word -> !imported.contains(word))
                .map(word -> own + "." + word)
                .filter(each -> file(each).isPresent())
                .forEach(mentioned::add);
        QUALIFIED
                .matcher(code)
                .results()
                .forEach(each -> outermost(each.group()).ifPresent(mentioned::add));
        return mentioned;
    }

    /** The file that has a type, a nested type or a static member. */
    private Optional<String> outermost(String name) {
        for (String each = name; each.length() > ROOT.length(); each = each.substring(0, each.lastIndexOf('.'))) {
            if (file(each).isPresent()) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private static String simple(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
