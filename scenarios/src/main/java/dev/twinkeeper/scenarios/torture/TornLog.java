package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.LogTail;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Optional;

/**
 * The last record of a follower's log is torn while the server is down, as a loss of power does where a disk promised too
 * much. It tears only what all others have in their logs: nothing that a quorum acknowledged is lost, and the checker
 * finds the transaction where the leader sent it again.
 */
final class TornLog implements Fault {
    private final FaultTargets targets;
    private final int pick;
    private ServerNode node;
    private LogTail torn;
    private long kept;
    private long started = Long.MAX_VALUE;

    TornLog(FaultTargets targets, int pick) {
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
            LogTail last = LogTail.of(node.data())
                    .orElseThrow(() -> new NotInjected(node + " had written nothing to its newest log yet"));
            targets.awaitOthers(node, last.zxid());
            kept = 1 + pick % (last.end() - last.begin() - 1);
            tear(last, kept, pick / 7 % 2 == 0);
            torn = last;
        } catch (IOException e) {
            throw new NotInjected("the log of " + node + " can't be torn: " + e.getMessage());
        }
    }

    /**
     * @param kept how many of the record's bytes stay
     * @param allocated the file keeps its length, and has zeros there, as what was allocated ahead
     */
    static void tear(LogTail last, long kept, boolean allocated) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(last.file().toFile(), "rw")) {
            long length = file.length();
            file.setLength(last.begin() + kept);
            if (allocated) {
                file.setLength(length);
            }
        }
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
    public Optional<String> effect() {
        try {
            return targets.serves(node, started) && LogTail.has(node.data(), torn.zxid())
                    ? Optional.of("0x%x torn after %d of %d bytes, and written again"
                            .formatted(torn.zxid(), kept, torn.end() - torn.begin()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void detail(ObjectNode line) {
        if (torn != null) {
            line.put("torn", "0x" + Long.toHexString(torn.zxid())).put("kept_bytes", kept);
        }
    }
}
