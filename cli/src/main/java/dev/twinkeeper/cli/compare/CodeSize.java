package dev.twinkeeper.cli.compare;

import dev.twinkeeper.recipes.Recipes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How much code an implementation is: lines that are neither blank nor comment nor import nor package, and types, by the
 * role that they serve.
 */
public record CodeSize(int lines, int types) {
    private static final Map<String, List<String>> ROLES = new LinkedHashMap<>();

    static {
        ROLES.put("master", List.of("MasterRole", "Candidacy", "Queue", "Reign", "Census"));
        ROLES.put("worker", List.of("WorkerRole", "Registration", "Duty"));
        ROLES.put("client", List.of("ClientRole", "Submissions", "Outcomes", "Removals"));
    }

    private static final String GROUND = "ground";

    /** What every recipe of a side stands on, and is copied with it. */
    private static final List<String> COPIED_WITH_EACH =
            List.of("recipes/Keeper.java", "recipes/Calls.java", "recipes/RecipeConnection.java");

    /** What roles and recipes of a side stand on. */
    private static final String SUBSTRATE = "session";

    private static final Map<String, String> SOURCES = Map.of(
            "raw", "raw-api/src/main/java/dev/twinkeeper/raw",
            "curator", "curator-impl/src/main/java/dev/twinkeeper/curator");

    /**
     * By role; {@code ground} is what all roles of the implementation stand on.
     *
     * @param home the top level of the project
     * @return empty for what is none of the two implementations, or where the sources are not there
     */
    static Map<String, CodeSize> of(String implementation, Path home) {
        Path sources = home.resolve(SOURCES.getOrDefault(implementation, "none"));
        if (!Files.isDirectory(sources)) {
            return Map.of();
        }
        Map<String, CodeSize> sizes = new LinkedHashMap<>();
        ROLES.keySet().forEach(role -> sizes.put(role, new CodeSize(0, 0)));
        sizes.put(GROUND, new CodeSize(0, 0));
        files(sources).forEach(file -> sizes.merge(role(file), read(file), CodeSize::plus));
        files(sources.resolve(SUBSTRATE)).forEach(file -> sizes.merge(GROUND, read(file), CodeSize::plus));
        return sizes;
    }

    /** The sources in a directory; none where there is no such directory. */
    private static List<Path> files(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Of the files that each recipe is, by recipe, and of what is copied with each, as {@code ground}. The files of a
     * recipe have names that begin with that of its contract.
     *
     * @param home the top level of the project
     * @return empty for what is none of the two implementations, or where the sources are not there
     */
    static Map<String, CodeSize> ofRecipes(String implementation, Path home) {
        Path sources = home.resolve(SOURCES.getOrDefault(implementation, "none"));
        Map<String, CodeSize> sizes = new LinkedHashMap<>();
        for (String recipe : Recipes.NAMES) {
            String contract = Character.toUpperCase(recipe.charAt(0)) + recipe.substring(1);
            files(sources.resolve("recipes")).stream()
                    .filter(file -> file.getFileName().toString().startsWith(contract))
                    .forEach(file -> sizes.merge(recipe, read(file), CodeSize::plus));
        }
        Stream.concat(COPIED_WITH_EACH.stream().map(sources::resolve), files(sources.resolve(SUBSTRATE)).stream())
                .filter(Files::isRegularFile)
                .forEach(file -> sizes.merge(GROUND, read(file), CodeSize::plus));
        return sizes;
    }

    CodeSize plus(CodeSize other) {
        return new CodeSize(lines + other.lines, types + other.types);
    }

    private static String role(Path file) {
        String type = file.getFileName().toString().replace(".java", "");
        Optional<String> role = ROLES.keySet().stream()
                .filter(each -> ROLES.get(each).contains(type))
                .findFirst();
        return role.orElse(GROUND);
    }

    private static CodeSize read(Path file) {
        try {
            List<String> code = new ArrayList<>();
            boolean comment = false;
            for (String line : Files.readAllLines(file)) {
                String text = line.strip();
                comment |= text.startsWith("/*");
                if (!comment && !text.isEmpty() && !text.startsWith("//") && !text.matches("(import|package) .*")) {
                    code.add(text);
                }
                comment &= !text.endsWith("*/");
            }
            long types = code.stream()
                    .filter(line -> line.matches(
                            "(?:(?:public|private|static|final|sealed|abstract) )*(?:class|interface|enum|record) .*"))
                    .count();
            return new CodeSize(code.size(), (int) types);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
