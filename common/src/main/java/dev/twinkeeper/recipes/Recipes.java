package dev.twinkeeper.recipes;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Difference;
import dev.twinkeeper.contract.Security;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * All recipes of one side, found by {@link ServiceLoader}: the scenarios, {@code compare} and {@code demo} get them
 * from here. A copied recipe does not need it: each has a public constructor.
 */
public interface Recipes {
    /**
     * The names of the recipes, in the order in which they are shown; the topics of scenarios, the demos and the files
     * begin with them.
     */
    List<String> NAMES = List.of("election", "membership", "configuration", "lock", "barrier", "queue");

    /** As on the command line: {@code raw}. */
    String name();

    /** @param candidate the name that others see */
    Election election(Recipe.Place place, String candidate, Election.Listener listener);

    Membership membership(Recipe.Place place, Membership.Listener listener);

    Configuration configuration(Recipe.Place place, Configuration.Listener listener);

    Lock lock(Recipe.Place place);

    /**
     * @param member its name, which no other member has
     * @param members how many have to come, 1 to {@link Barrier#MAX_MEMBERS}
     */
    Barrier barrier(Recipe.Place place, String member, int members);

    /** @param capacity how many items it may hold, 1 to {@link Queue#MAX_ITEMS} */
    Queue queue(Recipe.Place place, int capacity);

    /** The rules that this side does not keep in full. */
    default List<Difference> differences() {
        return List.of();
    }

    /**
     * The name of the side of which this is a variant, with another recipe for one contract; its own name if it is
     * none.
     */
    default String side() {
        return name();
    }

    /** The recipes of {@link #NAMES} that it provides itself; of a variant, those in which it differs from its side. */
    default List<String> brings() {
        return NAMES;
    }

    /**
     * The recipes of {@link #NAMES} that can't work beside another side's, because they have other znodes; each with
     * the reason.
     */
    default Map<String, String> apart() {
        return Map.of();
    }

    /** The sides on the class path, in the order in which {@link ServiceLoader} finds them. */
    static List<Recipes> all() {
        return found().filter(each -> each.name().equals(each.side())).toList();
    }

    /** Their variants. */
    static List<Recipes> variants() {
        return found().filter(each -> !each.name().equals(each.side())).toList();
    }

    /**
     * What the recipes of a place take for the security of the roles.
     *
     * @throws CoordinationException {@code INVALID} where identities have roles, which recipes don't know
     */
    static Recipe.Access access(Security security) {
        return new Recipe.Access(
                security.credentials().map(Security.Credentials::bytes).orElse(new byte[0]),
                security.withoutRoles("recipes").stream()
                        .map(grant -> grant.scheme() + ":" + grant.id())
                        .toList(),
                security.client());
    }

    private static Stream<Recipes> found() {
        return ServiceLoader.load(Recipes.class).stream().map(ServiceLoader.Provider::get);
    }

    /**
     * The side, or variant, of that name.
     *
     * @throws CoordinationException {@link CoordinationException.Problem#INVALID}, which lists the names
     */
    static Recipes named(String name) {
        List<Recipes> all = Stream.concat(all().stream(), variants().stream()).toList();
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> CoordinationException.invalid(
                        "implementation",
                        name,
                        "use one of "
                                + String.join(
                                        ", ", all.stream().map(Recipes::name).toList())));
    }
}
