package dev.twinkeeper.cli.compare;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.Implementations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One column: an implementation, a variant of one, or a mixture.
 *
 * @param coordination whose roles are measured; empty for a mixture, which is only run
 * @param recipes whose recipes are run; empty for a variant that brings roles only, and for a mixture
 */
public record Side(
        String name, Implementations implementations, Optional<Coordination> coordination, Optional<Recipes> recipes) {
    /** Masters, workers and clients of raw and of Curator in one cluster. */
    public static final String MIXED = "mixed";

    /** What the others are compared with, where it is among them. */
    static final String RAW = "raw";

    private static final String CURATOR = "curator";

    /** All implementations there are, with their variants, raw first. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(List.of(RAW, CURATOR));
        Coordination.all().stream()
                .map(Coordination::name)
                .filter(name -> !names.contains(name))
                .sorted()
                .forEach(names::add);
        return names;
    }

    /**
     * The side of that name.
     *
     * @throws CoordinationException naming those that there are
     */
    public static Side named(String name) {
        if (name.equals(MIXED)) {
            Implementations roles = Implementations.mixed(Coordination.named(RAW), Coordination.named(CURATOR));
            Implementations implementations = roles.with(Recipes.named(RAW), Recipes.named(CURATOR));
            return new Side(name, implementations, Optional.empty(), Optional.empty());
        }
        if (!names().contains(name)) {
            throw CoordinationException.invalid(
                    "implementation", name, "use " + String.join(", ", names()) + " or " + MIXED);
        }
        Coordination coordination = Coordination.named(name);
        Implementations implementations = Implementations.of(coordination);
        Optional<Recipes> recipes =
                Recipes.all().stream().filter(each -> each.name().equals(name)).findFirst();
        return new Side(
                name,
                recipes.map(each -> implementations.with(each, each)).orElse(implementations),
                Optional.of(coordination),
                recipes);
    }

    /** A mixture brings the recipes of both. */
    boolean hasRecipes() {
        return recipes.isPresent() || coordination.isEmpty();
    }
}
