package dev.twinkeeper.cli.compare;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.measure.Measure;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import dev.twinkeeper.scenarios.measure.Samples;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a reader has to read and to know, counted from the sources: lines that are neither blank nor comment nor import,
 * and concepts.
 */
final class Code {
    private static final Map<String, String> ROLES = new LinkedHashMap<>();

    static {
        ROLES.put("master", "Master");
        ROLES.put("worker", "Worker");
        ROLES.put("client", "Client");
    }

    /** A type of a library, nested ones with their outer: {@code KeeperException.Code}. */
    private static final Pattern LIBRARY =
            Pattern.compile("org\\.apache\\.(?:zookeeper|curator)\\.(?:[a-z0-9_]+\\.)*((?:[A-Z][a-z]\\w*\\.?)+).*");

    /** A method or a lambda that the library calls back. */
    private static final Pattern CALLBACK = Pattern.compile(
            "void \\w+\\((?:int rc|Code \\w+)\\b|\\bWatchedEvent \\w+\\)|\\bConnectionState \\w+\\)|\\bCuratorEvent \\w+\\)"
                    + "|(?:inBackground|addListener|usingWatcher|for[A-Z]\\w+)\\(\\(?[\\w, ]*\\)? ->");

    private static final Pattern PHASES = Pattern.compile("enum \\w*Phase \\{([^};]*)");

    private static final Pattern LOST = Pattern.compile("CONNECTIONLOSS|ConnectionLoss|SESSIONEXPIRED|SessionExpired");

    private static final Pattern LETTER = Pattern.compile(".*[A-Za-z].*");

    private final Path home;

    /** @param home the top level of the project */
    Code(Path home) {
        this.home = home;
    }

    /** Counts what a side's roles and recipes are made of. */
    void measure(Side side, Samples samples) {
        side.coordination().ifPresent(coordination -> roles(roles(coordination), samples));
        side.recipes().ifPresent(recipes -> recipes(recipes, samples));
    }

    private Sources roles(Coordination coordination) {
        return Sources.of(coordination.getClass(), home, ROLES);
    }

    private static void roles(Sources sources, Samples samples) {
        sources.parts().forEach((part, files) -> samples.add(lines(part, "lines, " + part), Sources.lines(files)));
        List<SourceFile> all = sources.all();
        if (all.isEmpty()) {
            return;
        }
        samples.add(lines("roles", "lines, all roles"), Sources.lines(all));
        samples.add(concept("types", "types of the library"), types(all).size());
        samples.add(concept("callbacks", "callbacks"), callbacks(all));
        samples.add(concept("phases", "phases of state machines"), phases(all));
        samples.add(concept("lost", "lines that name a lost connection"), found(LOST, all));
    }

    private void recipes(Recipes recipes, Samples samples) {
        Map<String, String> roots = new LinkedHashMap<>();
        Recipes.NAMES.forEach(name -> roots.put(name, Character.toUpperCase(name.charAt(0)) + name.substring(1)));
        Sources sources = Sources.of(recipes.getClass(), home, roots);
        sources.parts()
                .forEach((part, files) ->
                        samples.add(lines("recipes." + part, "lines, recipes: " + part), Sources.lines(files)));
        if (!sources.all().isEmpty()) {
            samples.add(lines("recipes", "lines, all recipes"), Sources.lines(sources.all()));
        }
    }

    /** How many of every hundred lines of a side's roles stand in another's too, those without a letter left out. */
    void alike(Coordination one, Coordination other, Samples samples) {
        Set<String> known = new HashSet<>(lettered(roles(other).all()));
        List<String> own = lettered(roles(one).all());
        if (!own.isEmpty()) {
            long alike = own.stream().filter(known::contains).count();
            samples.add(
                    Measure.less("code.alike", Group.CODE, "% of lines that stand in raw too", Unit.PERCENT),
                    100.0 * alike / own.size());
        }
    }

    private static List<String> lettered(List<SourceFile> files) {
        return files.stream()
                .flatMap(file -> file.code().stream())
                .filter(line -> LETTER.matcher(line).matches())
                .toList();
    }

    private static Measure lines(String id, String what) {
        return Measure.less("code." + id, Group.CODE, what, Unit.LINES);
    }

    private static Measure concept(String id, String what) {
        return Measure.less("concepts." + id, Group.CONCEPTS, what, Unit.COUNT);
    }

    static Set<String> types(Collection<SourceFile> files) {
        return files.stream()
                .flatMap(file -> file.imports().stream())
                .map(LIBRARY::matcher)
                .filter(java.util.regex.Matcher::matches)
                .map(matcher -> matcher.group(1).replaceAll("\\.$", ""))
                .collect(Collectors.toSet());
    }

    static long found(Pattern pattern, Collection<SourceFile> files) {
        return files.stream()
                .flatMap(file -> file.code().stream())
                .filter(line -> pattern.matcher(line).find())
                .count();
    }

    static long callbacks(Collection<SourceFile> files) {
        return found(CALLBACK, files);
    }

    static long phases(Collection<SourceFile> files) {
        return files.stream()
                .map(file -> String.join(" ", file.code()))
                .flatMap(code -> PHASES.matcher(code).results())
                .mapToLong(phases -> phases.group(1).split(",").length)
                .sum();
    }
}
