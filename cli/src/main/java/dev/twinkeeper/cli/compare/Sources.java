package dev.twinkeeper.cli.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The sources of what one provider offers, by part: a part is what its root uses and no other part does, all in the
 * provider's module; what several use, and the provider itself, is shared. Nobody lists the classes, so nobody forgets
 * one.
 */
final class Sources {
    static final String SHARED = "shared";

    private final Map<String, Set<SourceFile>> parts;

    private Sources(Map<String, Set<SourceFile>> parts) {
        this.parts = parts;
    }

    /**
     * Those of a provider's module.
     *
     * @param home the top level of the project
     * @param roots by part, the contract whose implementation is the root of the part
     * @return without parts where the sources are not there
     */
    static Sources of(Class<?> provider, Path home, Map<String, String> roots) {
        Class<?> outermost = provider.getNestHost();
        String path = "src/main/java/" + outermost.getName().replace('.', '/') + ".java";
        List<SourceFile> module = new ArrayList<>();
        try (Stream<Path> modules = Files.list(home)) {
            for (Path each : modules.filter(dir -> Files.isRegularFile(dir.resolve(path)))
                    .toList()) {
                module.addAll(read(each.resolve("src/main/java")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return of(module, outermost.getName(), roots);
    }

    private static List<SourceFile> read(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .sorted()
                    .map(SourceFile::read)
                    .toList();
        }
    }

    /** @param provider its fully qualified name */
    static Sources of(List<SourceFile> module, String provider, Map<String, String> roots) {
        Map<String, Set<SourceFile>> parts = new LinkedHashMap<>();
        Set<SourceFile> offered = reach(module, file -> file.name().equals(provider), file -> false);
        // A role may know whom it was made by, and a variant extends another: that makes no part of what the others
        // are.
        Set<SourceFile> within = new LinkedHashSet<>(offered);
        within.removeIf(file -> isProvider(file, offered, provider));
        Map<String, Set<SourceFile>> reached = new LinkedHashMap<>();
        roots.forEach((part, contract) -> reached.put(
                part,
                reach(
                        List.copyOf(within),
                        file -> file.is(contract),
                        other -> roots.values().stream().anyMatch(root -> !root.equals(contract) && other.is(root)))));
        reached.keySet().forEach(part -> parts.put(part, new LinkedHashSet<>()));
        parts.put(SHARED, new LinkedHashSet<>());
        for (SourceFile file : offered) {
            List<String> users = reached.keySet().stream()
                    .filter(part -> reached.get(part).contains(file))
                    .toList();
            parts.get(users.size() == 1 ? users.get(0) : users.isEmpty() ? kin(file, reached) : SHARED)
                    .add(file);
        }
        parts.values().removeIf(Set::isEmpty);
        return new Sources(parts);
    }

    /** The provider, and what it extends. */
    private static boolean isProvider(SourceFile file, Set<SourceFile> offered, String provider) {
        return file.name().equals(provider)
                || offered.stream().anyMatch(other -> other.name().equals(provider) && other.is(file.type()));
    }

    /** What only the provider names belongs where its supertype belongs, such as a view that the master is given. */
    private static String kin(SourceFile file, Map<String, Set<SourceFile>> reached) {
        return reached.keySet().stream()
                .filter(part -> reached.get(part).stream().anyMatch(other -> file.is(other.type())))
                .reduce((one, other) -> SHARED)
                .orElse(SHARED);
    }

    private static Set<SourceFile> reach(
            List<SourceFile> module, Predicate<SourceFile> root, Predicate<SourceFile> without) {
        Set<SourceFile> reached = new LinkedHashSet<>();
        Deque<SourceFile> open = new ArrayDeque<>(module.stream().filter(root).toList());
        while (!open.isEmpty()) {
            SourceFile file = open.remove();
            if (reached.add(file)) {
                module.stream()
                        .filter(other -> file.uses(other) && !without.test(other))
                        .forEach(open::add);
            }
        }
        return reached;
    }

    /** Part by part. */
    Map<String, Set<SourceFile>> parts() {
        return parts;
    }

    /** All parts together. */
    List<SourceFile> all() {
        return parts.values().stream().flatMap(Set::stream).toList();
    }

    static int lines(Iterable<SourceFile> files) {
        int lines = 0;
        for (SourceFile file : files) {
            lines += file.code().size();
        }
        return lines;
    }
}
