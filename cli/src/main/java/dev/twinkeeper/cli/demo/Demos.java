package dev.twinkeeper.cli.demo;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The demos, by the names of their recipes. */
public final class Demos {
    private static final Map<String, Supplier<Demo>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("election", ElectionDemo::new);

        ALL.put("membership", MembershipDemo::new);

        ALL.put("configuration", ConfigurationDemo::new);

        ALL.put("lock", LockDemo::new);

        ALL.put("barrier", BarrierDemo::new);

        ALL.put("queue", QueueDemo::new);
    }

    private Demos() {}

    /** A new one of the recipe of that name, since it may remember what it was told; empty where there is none. */
    public static Optional<Demo> of(String name) {
        return Optional.ofNullable(ALL.get(name)).map(Supplier::get);
    }
}
