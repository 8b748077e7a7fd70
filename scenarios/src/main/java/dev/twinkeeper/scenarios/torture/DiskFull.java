package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.LogTail;
import dev.twinkeeper.scenarios.lab.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * No room for the log of a follower. The kernel is told how large its files may get, a little more than its log has: then
 * a write is cut short in the middle of a record, and all later ones fail, as on a disk that is full. This needs no
 * permission and fills nobody's disk. At its end the operator has made room, and starts the server again.
 */
final class DiskFull implements Fault {
    /** A record or a few: some of these bytes are still written. */
    private static final int LEFT_BYTES = 2_000;

    private static final long PRLIMIT_MS = 5_000;

    private final FaultTargets targets;
    private final int pick;
    private ServerNode node;
    private LogTail tail;
    private long limit;
    private boolean healed;

    DiskFull(FaultTargets targets, int pick) {
        this.targets = targets;
        this.pick = pick;
    }

    @Override
    public String target() {
        return String.valueOf(node);
    }

    @Override
    public void begin() throws NotInjected {
        ServerNode follower = targets.follower(pick);
        try {
            tail = LogTail.of(follower.data())
                    .orElseThrow(() -> new NotInjected(follower + " has written nothing to its newest log yet"));
        } catch (IOException e) {
            throw new NotInjected("the log of " + follower + " can't be read: " + e.getMessage());
        }
        limit = tail.end() + 1 + pick % LEFT_BYTES;
        node = follower;
        targets.target(node);
        restrict();
    }

    private void restrict() throws NotInjected {
        Path output = targets.out.resolve("prlimit.txt");
        try {
            ChildProcess prlimit = ChildProcess.start(
                    // The soft limit alone: what it takes it can give back.
                    new ProcessBuilder("prlimit", "--pid", "" + node.child().pid(), "--fsize=" + limit + ":"),
                    targets.out,
                    ProcessBuilder.Redirect.appendTo(output.toFile()));
            if (!prlimit.endsWithin(PRLIMIT_MS) || prlimit.exitCode() != 0) {
                prlimit.kill();
                throw new NotInjected("prlimit failed, see " + output.getFileName());
            }
        } catch (UncheckedIOException e) {
            throw new NotInjected("no prlimit: " + e.getMessage());
        }
    }

    /** A server that lost part of what it wanted to write is not to go on: it is ended, and reads what is on the disk. */
    @Override
    public void heal() {
        healed = true;
        if (node != null) {
            node.kill();
            node.start();
            targets.release(node);
        }
    }

    @Override
    public Optional<String> effect() {
        if (healed) {
            return Optional.empty();
        }
        return targets.followerLess()
                .map(words -> "no room behind byte " + limit + " of "
                        + tail.file().getFileName() + ": " + words + (node.isAlive() ? "" : ", " + node + " ended"));
    }

    @Override
    public void detail(ObjectNode line) {
        line.put("limit", limit);
    }
}
