package dev.twinkeeper.scenarios.torture;

import java.time.Duration;
import java.util.Optional;

/**
 * The wall clock of one role jumps by an hour, and back at the end. Only roles: the servers stamp their transactions by
 * theirs, and the checker reads these stamps. What counts how long something lasts goes on, as on a machine whose clock
 * is set.
 */
final class ClockJump extends RoleFaults.OfRole {
    /** The answer of a process that was slow to give it is still one. */
    private static final long NEARLY_MS = Duration.ofMinutes(5).toMillis();

    private static final long ASK_MS = 200;

    private final Duration jump;
    private long asked;
    private boolean healed;

    ClockJump(FaultTargets targets, int pick, Duration jump) {
        super(targets, pick);
        this.jump = jump;
    }

    @Override
    public void begin() throws NotInjected {
        if (targets.roles.stream().noneMatch(each -> each.clock().isPresent())) {
            throw new NotInjected(SettableClock.missing());
        }
        role = targets.target(pick, each -> each.clock().isPresent());
        targets.stats.takeClock(role.name());
        role.clock().orElseThrow().jump(jump);
    }

    @Override
    public void heal() {
        healed = true;
        if (role != null) {
            role.clock().orElseThrow().jump(Duration.ZERO);
        }
        release();
    }

    @Override
    public Optional<String> effect() {
        if (healed) {
            return Optional.empty();
        }
        if (targets.clock.now() - asked > RunClock.micros(ASK_MS)) {
            asked = targets.clock.now();
            role.tell("clock");
        }
        return targets.stats
                .takeClock(role.name())
                .map(wall -> wall - System.currentTimeMillis())
                .filter(off -> Math.abs(off - jump.toMillis()) < NEARLY_MS)
                .map(off -> "its clock is " + Math.abs(off) / 1_000 + " s " + (off > 0 ? "fast" : "slow"));
    }
}
