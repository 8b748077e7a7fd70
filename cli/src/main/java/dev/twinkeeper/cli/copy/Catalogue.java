package dev.twinkeeper.cli.copy;

import dev.twinkeeper.recipes.Recipes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be copied: each small recipe, each role, and the recipes that a side has a second time. */
public final class Catalogue {
    /** The roles, which have one provider on each side. */
    public static final List<String> ROLES = List.of("master", "worker", "client");

    /** The two sides. */
    public static final List<String> SIDES = List.of("raw", "curator");

    private static final Pattern RECIPE = Pattern.compile("public final class (\\w+)\\s+implements (\\w+)\\b");

    private final ProjectSources sources;

    /** @param home the top level of the project */
    public Catalogue(Path home) {
        sources = new ProjectSources(home);
    }

    /**
     * One thing to copy.
     *
     * @param name as people type it: {@code lock}, {@code master}, {@code SemaphoreLock}
     * @param kind the recipe whose contract it keeps, or the role
     * @param type its class, as {@code LockRecipe}
     */
    public record Item(String name, String side, String kind, String packageName, String type) {
        /** What is imported to use it. */
        public String qualified() {
            return packageName + "." + type;
        }
    }

    /**
     * What is to be written.
     *
     * @param type the class, under the package of this project
     * @param origin its file in this project
     */
    public record Source(String type, String origin, String text) {}

    /** All that there is; empty where the sources are not here. */
    public List<Item> items() {
        List<Item> items = new ArrayList<>();
        for (String side : SIDES) {
            String base = ProjectSources.ROOT + "." + side;
            for (String type : sources.types(base + ".recipes")) {
                item(side, type).ifPresent(items::add);
            }
            String provider = Character.toUpperCase(side.charAt(0)) + side.substring(1) + "Coordination";
            if (sources.file(base + "." + provider).isPresent()) {
                ROLES.forEach(role -> items.add(new Item(role, side, role, base, provider)));
            }
        }
        return items;
    }

    private Optional<Item> item(String side, String type) {
        Matcher recipe = RECIPE.matcher(sources.text(type));
        if (!recipe.find()) {
            return Optional.empty();
        }
        String kind = recipe.group(2).toLowerCase(java.util.Locale.ROOT);
        if (!Recipes.NAMES.contains(kind)) {
            return Optional.empty();
        }
        String simple = recipe.group(1);
        String name = simple.equals(recipe.group(2) + "Recipe") ? kind : simple;
        return Optional.of(new Item(name, side, kind, type.substring(0, type.lastIndexOf('.')), simple));
    }

    /** The files that it needs, itself first. */
    public List<Source> sources(Item item) {
        UnaryOperator<String> change =
                ROLES.contains(item.kind()) ? text -> RoleProvider.only(item.kind(), item.type(), text) : text -> text;
        List<Source> list = new ArrayList<>();
        for (Map.Entry<String, String> each :
                sources.needed(item.qualified(), change).entrySet()) {
            list.add(new Source(each.getKey(), sources.origin(each.getKey()), each.getValue()));
        }
        return list;
    }
}
