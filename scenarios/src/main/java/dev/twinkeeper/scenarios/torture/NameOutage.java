package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Sessions;
import java.util.Optional;

/**
 * The servers' name can't be resolved while a role's session expires. The answer that tells the role of it is held back
 * until the name is gone: so it has to begin another session without an address to connect to.
 */
final class NameOutage extends RoleFaults.OfRole {
    /** The role connects again at once, since the take-over broke its connection. */
    private static final long RECONNECT_MS = 1_500;

    private static final long POLL_MS = 5;

    private long session;
    private boolean outside;

    NameOutage(FaultTargets targets, int pick) {
        super(targets, pick);
    }

    @Override
    public void begin() throws NotInjected {
        role = targets.target(
                pick, each -> each.wire().session().isPresent() && each.wire().connections() > 0);
        SessionCredentials old = role.wire().session().orElseThrow(() -> new NotInjected("no session"));
        session = old.id();
        long before = connected();
        role.wire().stallReplies();
        try {
            Sessions.expire(targets.servers.connectString(), old, targets.security);
        } catch (IllegalStateException e) {
            throw new NotInjected(e.getMessage());
        }
        long deadline = targets.clock.now() + RunClock.micros(RECONNECT_MS);
        while (connected() == before && targets.clock.now() < deadline) {
            Pause.ms(POLL_MS);
        }
        role.names().remove();
        role.wire().mend();
    }

    private long connected() {
        return role.wire().traffic().connections();
    }

    @Override
    public void heal() {
        if (role != null) {
            // The servers serve, its wire is good, and it has found neither.
            outside = role.wire().connections() == 0 && role.session() == session;
            role.names().restore();
            role.wire().mend();
        }
        release();
    }

    @Override
    public Optional<String> effect() {
        return outside && role.session() != session
                ? Optional.of("no connection without the name; session 0x%x expired, 0x%x follows"
                        .formatted(session, role.session()))
                : Optional.empty();
    }
}
