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
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A follower ends in good order and starts again as an older release, with its data as they are; at the end of the fault
 * it becomes what it was. As an operator does who takes an upgrade back, and tries again.
 *
 * <p>A follower of release 3.8 that leaves its leader in the middle of a sync and joins it again, in one process, may write
 * the same transactions to its log twice (<a href="https://issues.apache.org/jira/browse/ZOOKEEPER-4712">ZOOKEEPER-4712</a>,
 * mended in 3.9.3). If it ends before it is through with them, what was deleted stands in its tree again after the next
 * start. No client can do anything about that. So a file that it wrote so is taken away, and the leader sends those
 * transactions again.
 */
final class ReplacedServer implements Fault {
    /** One that does not end by itself is ended. */
    private static final long END_MS = 2_000;

    /** The fault lasts until the older release was seen to serve, up to this: a busy machine starts it slowly. */
    private static final long SERVES_MS = 15_000;

    private static final long POLL_MS = 20;

    private static final Logger log = LoggerFactory.getLogger(ReplacedServer.class);

    private final FaultTargets targets;
    private final int pick;
    private ServerNode node;
    private boolean replaced;
    private long started = Long.MAX_VALUE;
    private String seen;

    /** Those files of its log that are not the older release's. */
    private Set<Path> before = Set.of();

    private final List<String> removed = new ArrayList<>();

    ReplacedServer(FaultTargets targets, int pick) {
        this.targets = targets;
        this.pick = pick;
    }

    @Override
    public String target() {
        return String.valueOf(node);
    }

    @Override
    public void begin() throws NotInjected {
        OldRelease release = targets.oldRelease;
        if (release.jars().isEmpty()) {
            throw new NotInjected(release.why());
        }
        node = targets.follower(pick);
        targets.target(node);
        end();
        before = Set.copyOf(node.files(ServerNode.LOG));
        started = targets.clock.now();
        replaced = true;
        node.start(release.jars());
    }

    private void end() {
        node.child().terminate();
        node.child().endsWithin(END_MS);
        node.kill();
    }

    @Override
    public void heal() {
        if (!replaced) {
            return;
        }
        long deadline = started + RunClock.micros(SERVES_MS);
        while (effect().isEmpty() && targets.clock.now() < deadline) {
            Pause.ms(POLL_MS);
        }
        end();
        takeAwayWhatIsWrittenTwice();
        node.start();
        targets.release(node);
    }

    private void takeAwayWhatIsWrittenTwice() {
        try {
            for (Path file : node.files(ServerNode.LOG)) {
                OptionalLong highest = before.contains(file) ? OptionalLong.empty() : LogTail.outOfOrder(file);
                if (highest.isPresent()) {
                    targets.awaitOthers(node, highest.getAsLong());
                    Files.createDirectories(node.removed());
                    Files.move(file, node.removed().resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                    removed.add(file.getFileName().toString());
                }
            }
        } catch (IOException | NotInjected e) {
            log.warn("the log of {} stays as release {} left it", node, OldRelease.VERSION, e);
        }
    }

    @Override
    public Optional<String> effect() {
        EnsembleState.OfServer said = targets.monitor.server(node.id());
        if (seen == null && targets.serves(node, started) && OldRelease.is(said.release())) {
            seen = "served as " + said.mode().orElseThrow() + " of release " + OldRelease.VERSION;
        }
        return Optional.ofNullable(seen);
    }

    @Override
    public void detail(ObjectNode line) {
        if (!removed.isEmpty()) {
            ArrayNode files = line.putArray("logs_removed");
            removed.forEach(files::add);
        }
    }
}
