package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Sessions;
import java.util.Optional;

/** Faults of masters, workers and clients. */
final class RoleFaults {
    private RoleFaults() {}

    /** A fault of one role, which is under no other at the same time. */
    abstract static class OfRole implements Fault {
        final FaultTargets targets;
        final int pick;
        ManagedRole role;

        OfRole(FaultTargets targets, int pick) {
            this.targets = targets;
            this.pick = pick;
        }

        @Override
        public String target() {
            return role == null ? "nobody" : role.name();
        }

        /** What the reading of its registration said before; 0 where it had none. */
        long registered() {
            EnsembleState.Node node = targets.monitor.tree().workers().get(role.name());
            return node == null ? 0 : node.owner();
        }

        /** Words for a registration that is no longer the one of before. */
        Optional<String> unregistered(long before, long since) {
            if (targets.monitor.tree().at() < since || before == 0) {
                return Optional.empty();
            }
            long now = registered();
            return now == before
                    ? Optional.empty()
                    : Optional.of(now == 0 ? "/workers/" + role + " is gone" : role + " registered again");
        }

        void release() {
            if (role != null) {
                targets.release(role);
            }
        }
    }

    /** SIGKILL of the reigning master. */
    static final class KillMaster extends OfRole {
        private int epoch;

        KillMaster(FaultTargets targets) {
            super(targets, 0);
        }

        @Override
        public void begin() throws NotInjected {
            epoch = targets.monitor.tree().epoch();
            role = targets.targetReigning();
            role.kill();
        }

        @Override
        public void heal() {
            if (role != null) {
                role.start();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return targets.newReign(epoch);
        }
    }

    /** SIGKILL of a worker that works on something. */
    static final class KillWorker extends OfRole {
        /** Where nobody works on anything for so long, there is no load. */
        private static final long IDLE_MS = 2_000;

        /** It has to be still at it when the signal arrives. */
        private static final long LEFT = RunClock.micros(40);

        private long session;
        private long since;
        private String task;

        KillWorker(FaultTargets targets, int pick) {
            super(targets, pick);
        }

        @Override
        public void begin() throws NotInjected {
            role = targets.target(pick, each -> each.kind() == ManagedRole.RoleKind.WORKER);
            session = registered();
            long deadline = targets.clock.now() + RunClock.micros(IDLE_MS);
            Optional<LiveStats.Execution> at = targets.stats.longest(role.name(), targets.clock.now() + LEFT);
            while (at.isEmpty() && targets.clock.now() < deadline) {
                Pause.ms(5);
                at = targets.stats.longest(role.name(), targets.clock.now() + LEFT);
            }
            task = at.map(LiveStats.Execution::task).orElse("nothing");
            since = targets.clock.now();
            role.kill();
        }

        @Override
        public void heal() {
            if (role != null) {
                role.start();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return unregistered(session, since).map(words -> "killed at work on " + task + ", " + words);
        }
    }

    /** SIGSTOP past the session, then SIGCONT: the process believes that no time went by. */
    static final class Stop extends OfRole {
        private final ManagedRole.RoleKind kind;
        private int epoch;
        private long session;
        private long since;

        /** @param kind which role: of the masters the one that reigns */
        Stop(FaultTargets targets, ManagedRole.RoleKind kind, int pick) {
            super(targets, pick);
            this.kind = kind;
        }

        @Override
        public void begin() throws NotInjected {
            epoch = targets.monitor.tree().epoch();
            role = kind == ManagedRole.RoleKind.MASTER
                    ? targets.targetReigning()
                    : targets.target(pick, each -> each.kind() == kind);
            session = kind == ManagedRole.RoleKind.WORKER ? registered() : role.session();
            since = targets.clock.now();
            role.stop();
        }

        @Override
        public void heal() {
            if (role != null) {
                role.resume();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return switch (kind) {
                case MASTER -> targets.newReign(epoch);
                case WORKER -> unregistered(session, since);
                case CLIENT ->
                    role.session() == session
                            ? Optional.empty()
                            : Optional.of(
                                    "session 0x%x ended meanwhile, 0x%x follows".formatted(session, role.session()));
            };
        }
    }

    /** The servers end the session, as if they had not heard of its owner. */
    static final class Expire extends OfRole {
        private long session;

        Expire(FaultTargets targets, int pick) {
            super(targets, pick);
        }

        @Override
        public void begin() throws NotInjected {
            role = targets.target(pick, each -> each.wire().session().isPresent());
            SessionCredentials old = role.wire().session().orElseThrow(() -> new NotInjected("no session"));
            session = old.id();
            try {
                Sessions.expire(targets.servers.connectString(), old, targets.security);
            } catch (IllegalStateException e) {
                throw new NotInjected(e.getMessage());
            }
        }

        @Override
        public void heal() {
            release();
        }

        @Override
        public Optional<String> effect() {
            long now = role.session();
            return now == session
                    ? Optional.empty()
                    : Optional.of("session 0x" + Long.toHexString(session) + " expired, 0x" + Long.toHexString(now)
                            + " follows");
        }
    }

    /** SIGKILL of a client; another takes over what it left. */
    static final class KillClient extends OfRole {
        private long session;
        private int left;

        KillClient(FaultTargets targets, int pick) {
            super(targets, pick);
        }

        @Override
        public void begin() throws NotInjected {
            role = targets.target(pick, each -> each.kind() == ManagedRole.RoleKind.CLIENT);
            session = role.session();
            role.kill();
            left = targets.stats.unfinished(role.name()).size();
        }

        @Override
        public void heal() {
            if (role != null) {
                role.start();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return role.session() == session
                    ? Optional.empty()
                    : Optional.of("left " + left + " tasks to incarnation " + role.incarnation());
        }
    }
}
