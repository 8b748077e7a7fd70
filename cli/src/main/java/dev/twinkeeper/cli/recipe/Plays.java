package dev.twinkeeper.cli.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The plays, by the names of their recipes. */
public final class Plays {
    private static final Map<String, Play> ALL = new LinkedHashMap<>();

    static {
        ALL.put("election", new ElectionPlay());

        ALL.put("membership", new MembershipPlay());

        ALL.put("configuration", new ConfigurationPlay());

        ALL.put("lock", new LockPlay());

        ALL.put("barrier", new BarrierPlay());

        ALL.put("queue", new QueuePlay());
    }

    private Plays() {}

    /** Of the recipe of that name; empty where nobody has written one yet. */
    public static Optional<Play> of(String name) {
        return Optional.ofNullable(ALL.get(name));
    }
}
