package dev.twinkeeper.scenarios.checker;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The tree that a client read when all was over, beside the one that the logs make. */
final class FinalTree {
    private final Replica replica;
    private final Violations violations;
    private final Set<String> seen = new HashSet<>();

    private FinalTree(Replica replica, Violations violations) {
        this.replica = replica;
        this.violations = violations;
    }

    /** Enters every difference; returns how many znodes were read. */
    static long compare(Path file, Replica replica, Violations violations) throws IOException {
        FinalTree tree = new FinalTree(replica, violations);
        JsonLines.each(file, tree::compare);
        replica.paths().stream().filter(path -> !tree.seen.contains(path)).forEach(tree::missing);
        return tree.seen.size();
    }

    private void compare(JsonNode line) {
        String path = line.path("path").asText();
        if (path.equals("/") || !line.has("czxid")) {
            return;
        }
        seen.add(path);
        Optional<Replica.Node> replayed = replica.node(path);
        if (replayed.isEmpty()) {
            violations.enter(
                    ViolationKind.FINAL_TREE, JsonLines.hex(line.path("mzxid")), path + " was read, and no log has it");
            return;
        }
        Replica.Node node = replayed.get();
        differ(path, "czxid", JsonLines.hex(line.path("czxid")), node.stat().getCzxid());
        differ(path, "mzxid", JsonLines.hex(line.path("mzxid")), node.stat().getMzxid());
        differ(path, "version", line.path("version").asLong(), node.stat().getVersion());
        differ(path, "owner", JsonLines.hex(line.path("owner")), node.stat().getEphemeralOwner());
        if (!Arrays.equals(data(line), node.data())) {
            violations.enter(
                    ViolationKind.FINAL_TREE, node.stat().getMzxid(), path + " has other data than the logs give it");
        }
    }

    private static byte[] data(JsonNode line) {
        try {
            return line.path("data").isNull() ? new byte[0] : line.path("data").binaryValue();
        } catch (IOException e) {
            throw new IllegalArgumentException("the data of " + line.path("path") + " is no base64", e);
        }
    }

    private void differ(String path, String what, long read, long replayed) {
        if (read != replayed) {
            violations.enter(
                    ViolationKind.FINAL_TREE,
                    -1,
                    "%s has %s 0x%x, and by the logs 0x%x".formatted(path, what, read, replayed));
        }
    }

    private void missing(String path) {
        long created = replica.node(path).map(node -> node.stat().getCzxid()).orElse(-1L);
        violations.enter(ViolationKind.FINAL_TREE, created, path + " stands by the logs, and was not read");
    }
}
