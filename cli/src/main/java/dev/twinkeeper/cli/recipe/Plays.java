package dev.twinkeeper.cli.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The plays, by the names of their recipes. */
public final class Plays {
    private static final Map<String, Supplier<Play>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("election", ElectionPlay::new);

        ALL.put("membership", MembershipPlay::new);

        ALL.put("configuration", ConfigurationPlay::new);

        ALL.put("lock", LockPlay::new);

        ALL.put("barrier", BarrierPlay::new);

        ALL.put("queue", QueuePlay::new);
    }

    private Plays() {}

    /** A new one of the recipe of that name, since it may remember what it was told; empty where there is none. */
    public static Optional<Play> of(String name) {
        return Optional.ofNullable(ALL.get(name)).map(Supplier::get);
    }
}
