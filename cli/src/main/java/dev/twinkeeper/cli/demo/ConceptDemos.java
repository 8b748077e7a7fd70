package dev.twinkeeper.cli.demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The demos of ZooKeeper's own concepts, by name. */
public final class ConceptDemos {
    private static final Map<String, Supplier<Demo>> ALL = new LinkedHashMap<>();

    static {
        ALL.put("znodes", ZnodesDemo::new);
        ALL.put("watch", WatchDemo::new);
        ALL.put("session", SessionDemo::new);
        ALL.put("quorum", QuorumDemo::new);
    }

    private ConceptDemos() {}

    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    public static Optional<Demo> of(String name) {
        return Optional.ofNullable(ALL.get(name)).map(Supplier::get);
    }
}
