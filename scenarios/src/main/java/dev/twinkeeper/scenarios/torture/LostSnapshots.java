package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.LogTail;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of a follower are taken away while it is down: it has to read its whole log. One that stands in place of
 * records stays, since without it the server would come back with less than it acknowledged. What was taken away lies
 * beside the server's data, where the checker finds it, until the server serves without it; then it is put back.
 */
final class LostSnapshots implements Fault {
    private static final Logger log = LoggerFactory.getLogger(LostSnapshots.class);

    private final FaultTargets targets;
    private final int pick;
    private final List<String> removed = new ArrayList<>();
    private ServerNode node;
    private int left;
    private long started = Long.MAX_VALUE;
    private boolean served;

    LostSnapshots(FaultTargets targets, int pick) {
        this.targets = targets;
        this.pick = pick;
    }

    @Override
    public String target() {
        return String.valueOf(node);
    }

    @Override
    public void begin() throws NotInjected {
        node = targets.follower(pick);
        targets.target(node);
        node.kill();
        try {
            Files.createDirectories(node.removed());
            for (Path snapshot : node.files(ServerNode.SNAPSHOT)) {
                if (mayGo(snapshot)) {
                    Path name = snapshot.getFileName();
                    Files.move(snapshot, node.removed().resolve(name), StandardCopyOption.REPLACE_EXISTING);
                    removed.add(name.toString());
                } else {
                    left++;
                }
            }
        } catch (IOException e) {
            throw new NotInjected("the snapshots of " + node + " can't be removed: " + e.getMessage());
        }
        if (removed.isEmpty()) {
            throw new NotInjected(node + " has only snapshots that stand in place of records, " + left + " of them");
        }
    }

    /** Whether the log has the transaction up to which the snapshot reaches; one that was sent by the leader it has not. */
    private boolean mayGo(Path snapshot) throws IOException {
        long zxid = Long.parseLong(snapshot.getFileName().toString().substring(ServerNode.SNAPSHOT.length()), 16);
        return zxid == 0 || LogTail.has(node.data(), zxid);
    }

    @Override
    public void heal() {
        if (node != null) {
            started = targets.clock.now();
            node.start();
            targets.release(node);
        }
    }

    @Override
    public boolean isOver() {
        return node == null || served();
    }

    /** Asked until it does, also after the fault counts as over: a busy machine starts a server slowly. */
    private boolean served() {
        served = served || targets.serves(node, started) && putBack();
        return served;
    }

    /** A server looks for snapshots when it starts, and takes the newest. */
    private boolean putBack() {
        try {
            for (String name : removed) {
                Files.move(node.removed().resolve(name), node.version().resolve(name));
            }
        } catch (IOException e) {
            // Then it stays without them, and the checker finds them where they are.
            log.debug("the snapshots of {} are not put back", node, e);
        }
        return true;
    }

    @Override
    public Optional<String> effect() {
        return served()
                ? Optional.of("serves again without %s, by its log and %s"
                        .formatted(
                                String.join(", ", removed), left == 0 ? "no snapshot" : left + " older or sent ones"))
                : Optional.empty();
    }

    @Override
    public void detail(ObjectNode line) {
        ArrayNode files = line.putArray("snapshots_removed");
        removed.forEach(files::add);
    }
}
