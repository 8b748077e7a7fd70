package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.Session;
import dev.twinkeeper.scenarios.lab.Sessions;
import java.util.Optional;

/** Faults of masters, workers and clients. */
final class RoleFaults {
    private RoleFaults() {}

    /** A fault of one player, who is under no other at the same time. */
    abstract static class OfPlayer implements Fault {
        final Scene scene;
        final int pick;
        Player player;

        OfPlayer(Scene scene, int pick) {
            this.scene = scene;
            this.pick = pick;
        }

        @Override
        public String target() {
            return player == null ? "nobody" : player.name();
        }

        /** What the reading of its registration said before; 0 where it had none. */
        long registered() {
            Sight.Node node = scene.lookout.tree().workers().get(player.name());
            return node == null ? 0 : node.owner();
        }

        /** Words for a registration that is no longer the one of before. */
        Optional<String> unregistered(long before, long since) {
            if (scene.lookout.tree().at() < since || before == 0) {
                return Optional.empty();
            }
            long now = registered();
            return now == before
                    ? Optional.empty()
                    : Optional.of(now == 0 ? "/workers/" + player + " is gone" : player + " registered again");
        }

        void release() {
            if (player != null) {
                scene.release(player);
            }
        }
    }

    /** SIGKILL of the reigning master. */
    static final class KillMaster extends OfPlayer {
        private int epoch;

        KillMaster(Scene scene) {
            super(scene, 0);
        }

        @Override
        public void begin() throws Dud {
            epoch = scene.lookout.tree().epoch();
            player = scene.strikeReigning();
            player.kill();
        }

        @Override
        public void heal() {
            if (player != null) {
                player.start();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return scene.newReign(epoch);
        }
    }

    /** SIGKILL of a worker that works on something. */
    static final class KillWorker extends OfPlayer {
        /** Where nobody works on anything for so long, there is no load. */
        private static final long IDLE_MS = 2_000;

        /** It has to be still at it when the signal arrives. */
        private static final long LEFT = Clock.micros(40);

        private long session;
        private long since;
        private String task;

        KillWorker(Scene scene, int pick) {
            super(scene, pick);
        }

        @Override
        public void begin() throws Dud {
            player = scene.strike(pick, each -> each.kind() == Player.Kind.WORKER);
            session = registered();
            long deadline = scene.clock.now() + Clock.micros(IDLE_MS);
            Optional<Standing.Execution> at = scene.standing.longest(player.name(), scene.clock.now() + LEFT);
            while (at.isEmpty() && scene.clock.now() < deadline) {
                Pause.ms(5);
                at = scene.standing.longest(player.name(), scene.clock.now() + LEFT);
            }
            task = at.map(Standing.Execution::task).orElse("nothing");
            since = scene.clock.now();
            player.kill();
        }

        @Override
        public void heal() {
            if (player != null) {
                player.start();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return unregistered(session, since).map(words -> "killed at work on " + task + ", " + words);
        }
    }

    /** SIGSTOP past the session, then SIGCONT: the process believes that no time went by. */
    static final class Stop extends OfPlayer {
        private final boolean master;
        private int epoch;
        private long session;
        private long since;

        Stop(Scene scene, boolean master, int pick) {
            super(scene, pick);
            this.master = master;
        }

        @Override
        public void begin() throws Dud {
            epoch = scene.lookout.tree().epoch();
            player = master ? scene.strikeReigning() : scene.strike(pick, each -> each.kind() == Player.Kind.WORKER);
            session = registered();
            since = scene.clock.now();
            player.stop();
        }

        @Override
        public void heal() {
            if (player != null) {
                player.resume();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return master ? scene.newReign(epoch) : unregistered(session, since);
        }
    }

    /** The servers end the session, as if they had not heard of its owner. */
    static final class Expire extends OfPlayer {
        private long session;

        Expire(Scene scene, int pick) {
            super(scene, pick);
        }

        @Override
        public void begin() throws Dud {
            player = scene.strike(pick, each -> each.wire().session().isPresent());
            Session old = player.wire().session().orElseThrow(() -> new Dud("no session"));
            session = old.id();
            try {
                Sessions.expire(scene.servers.connectString(), old);
            } catch (IllegalStateException e) {
                throw new Dud(e.getMessage());
            }
        }

        @Override
        public void heal() {
            release();
        }

        @Override
        public Optional<String> effect() {
            long now = player.session();
            return now == session
                    ? Optional.empty()
                    : Optional.of("session 0x" + Long.toHexString(session) + " expired, 0x" + Long.toHexString(now)
                            + " follows");
        }
    }

    /** SIGKILL of a client; another takes over what it left. */
    static final class KillClient extends OfPlayer {
        private long session;
        private int left;

        KillClient(Scene scene, int pick) {
            super(scene, pick);
        }

        @Override
        public void begin() throws Dud {
            player = scene.strike(pick, each -> each.kind() == Player.Kind.CLIENT);
            session = player.session();
            player.kill();
            left = scene.standing.unfinished(player.name()).size();
        }

        @Override
        public void heal() {
            if (player != null) {
                player.start();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            return player.session() == session
                    ? Optional.empty()
                    : Optional.of("left " + left + " tasks to incarnation " + player.incarnation());
        }
    }
}
