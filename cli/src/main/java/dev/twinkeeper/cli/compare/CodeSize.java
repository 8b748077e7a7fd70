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
    private static final String KEEPER = "Keeper";

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
        try (Stream<Path> files = Files.list(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .forEach(file -> sizes.merge(role(file), read(file), CodeSize::plus));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sizes;
    }

    /**
     * Of the one file that each recipe is, by recipe, and of what is copied with each.
     *
     * @param home the top level of the project
     * @return empty for what is none of the two implementations, or where the sources are not there
     */
    static Map<String, CodeSize> ofRecipes(String implementation, Path home) {
        Path sources =
                home.resolve(SOURCES.getOrDefault(implementation, "none")).resolve("recipes");
        Map<String, CodeSize> sizes = new LinkedHashMap<>();
        for (String recipe : Recipes.NAMES) {
            String type = Character.toUpperCase(recipe.charAt(0)) + recipe.substring(1) + "Recipe";
            readIfThere(sources.resolve(type + ".java")).ifPresent(size -> sizes.put(recipe, size));
        }
        for (String type : List.of(KEEPER, "Calls")) {
            readIfThere(sources.resolve(type + ".java")).ifPresent(size -> sizes.merge(KEEPER, size, CodeSize::plus));
        }
        return sizes;
    }

    private static Optional<CodeSize> readIfThere(Path file) {
        return Files.isRegularFile(file) ? Optional.of(read(file)) : Optional.empty();
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
