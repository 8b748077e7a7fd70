package dev.twinkeeper.contract;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * An implementation of the master–worker system: the factory of its roles, found by {@link ServiceLoader}.
 *
 * <p>Roles of different implementations share one znode tree and may all be in the same cluster. A role opens a
 * ZooKeeper session of its own when it is made here, and ends it in {@link Role#close()}; an implementation that was
 * given the caller's client uses that client's session. The methods return at once; {@link Role#ready()} says when the
 * role takes part.
 *
 * <p>Implementations are stateless and safe for use by several threads.
 */
public interface Coordination {
    /** The name by which people choose the implementation: {@code raw}, {@code curator}. Lower case, no blanks. */
    String name();

    /** The name of the implementation of which this is a variant, for comparison; its own name if it is none. */
    default String side() {
        return name();
    }

    /** Makes a candidate for {@code /master} and lets it run. */
    Master master(MasterId id, Settings settings, Listener listener);

    /**
     * Makes a worker, which registers and takes tasks, at most {@link Settings#slots()} at a time.
     *
     * @param handler what the worker does with a task; {@link TaskHandler} says on which threads
     */
    Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener);

    /** Makes a client. */
    Client client(Settings settings, Listener listener);

    /** The rules that this implementation does not keep in full. Rules of safety are never among them. */
    default List<Difference> differences() {
        return List.of();
    }

    /** The implementations on the class path, variants last, in the order in which {@link ServiceLoader} finds them. */
    static List<Coordination> all() {
        return ServiceLoader.load(Coordination.class).stream()
                .map(ServiceLoader.Provider::get)
                .sorted(Comparator.comparing(each -> !each.side().equals(each.name())))
                .toList();
    }

    /** Those of {@link #all} that are not variants. */
    static List<Coordination> sides() {
        return all().stream().filter(each -> each.side().equals(each.name())).toList();
    }

    /**
     * The implementation of that name.
     *
     * @throws CoordinationException {@link CoordinationException.Problem#INVALID}, which lists the names
     */
    static Coordination named(String name) {
        List<Coordination> all = all();
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> CoordinationException.invalid(
                        "implementation",
                        name,
                        "use one of "
                                + String.join(
                                        ", ",
                                        all.stream().map(Coordination::name).toList())));
    }
}
