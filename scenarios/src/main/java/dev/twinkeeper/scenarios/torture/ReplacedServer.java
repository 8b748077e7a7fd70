package dev.twinkeeper.scenarios.torture;

import java.util.Optional;

/**
 * A follower ends in good order and starts again as an older release, with its data as they are; at the end of the fault
 * it becomes what it was. As an operator does who takes an upgrade back, and tries again.
 */
final class ReplacedServer implements Fault {
    /** One that does not end by itself is ended. */
    private static final long END_MS = 2_000;

    /** The fault lasts until the older release was seen to serve, up to this: a busy machine starts it slowly. */
    private static final long SERVES_MS = 15_000;

    private static final long POLL_MS = 20;

    private final FaultTargets targets;
    private final int pick;
    private ServerNode node;
    private boolean replaced;
    private long started = Long.MAX_VALUE;
    private String seen;

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
        node.start();
        targets.release(node);
    }

    @Override
    public Optional<String> effect() {
        EnsembleState.OfServer said = targets.monitor.server(node.id());
        if (seen == null && targets.serves(node, started) && OldRelease.is(said.release())) {
            seen = "served as " + said.mode().orElseThrow() + " of release " + OldRelease.VERSION;
        }
        return Optional.ofNullable(seen);
    }
}
