package dev.twinkeeper.scenarios.lab;

import java.util.List;

/**
 * A request as it was seen on a {@link Wire}.
 *
 * @param operation its name: {@code create}, {@code multi}, {@code getData}, {@code sync} … as ZooKeeper calls it
 * @param paths the path, or the paths of all operations of a multi in their order, checks included
 * @param operations the names of the operations of a multi, in their order; else the operation itself
 * @param bytes the size of the frame
 */
public record Request(String operation, List<String> paths, List<String> operations, int bytes) {
    public Request {
        paths = List.copyOf(paths);
        operations = List.copyOf(operations);
    }

    /** The first path, or the empty string for a request that has none. */
    public String path() {
        return paths.isEmpty() ? "" : paths.get(0);
    }

    /**
     * Whether it does that, alone or within a multi: {@code does("create", "/tasks")}. Every kind of create counts as
     * one: Curator's asks for the new znode's stat too, which is another operation code.
     */
    public boolean does(String what, String pathPrefix) {
        for (int i = 0; i < operations.size() && i < paths.size(); i++) {
            String operation = operations.get(i).startsWith("create") ? "create" : operations.get(i);
            if (operation.equals(what) && paths.get(i).startsWith(pathPrefix)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it changes the tree. */
    public boolean writes() {
        return operations.stream().anyMatch(OperationNames::writes);
    }
}
