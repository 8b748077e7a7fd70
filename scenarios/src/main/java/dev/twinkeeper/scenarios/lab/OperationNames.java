package dev.twinkeeper.scenarios.lab;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.ZooDefs.OpCode;

/** The names of ZooKeeper's operation codes, as its own source calls them. */
final class OperationNames {
    private static final Set<String> WRITES = Set.of(
            "create",
            "create2",
            "createContainer",
            "createTTL",
            "delete",
            "deleteContainer",
            "setData",
            "setACL",
            "multi",
            "reconfig",
            "closeSession");

    private static final Map<Integer, String> NAMES = names();

    private OperationNames() {}

    static String name(int code) {
        return NAMES.getOrDefault(code, "operation" + code);
    }

    static boolean writes(String name) {
        return WRITES.contains(name);
    }

    private static Map<Integer, String> names() {
        Map<Integer, String> names = new HashMap<>();
        for (Field field : OpCode.class.getFields()) {
            try {
                names.put(field.getInt(null), field.getName());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        return names;
    }
}
