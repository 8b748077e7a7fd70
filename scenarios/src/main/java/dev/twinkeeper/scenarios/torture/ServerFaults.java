package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Faults of servers. */
final class ServerFaults {
    private ServerFaults() {}

    /** SIGKILL; started again at its end. */
    static final class Kill implements Fault {
        private final Scene scene;
        private final boolean leader;
        private final int pick;
        private ServerNode node;
        private long epoch;

        Kill(Scene scene, boolean leader, int pick) {
            this.scene = scene;
            this.leader = leader;
            this.pick = pick;
        }

        @Override
        public String target() {
            return String.valueOf(node);
        }

        @Override
        public void begin() throws Dud {
            epoch = scene.lookout.epoch();
            node = leader ? scene.leader() : scene.follower(pick);
            scene.strike(node);
            node.kill();
        }

        @Override
        public void heal() {
            if (node != null) {
                node.start();
                scene.release(node);
            }
        }

        @Override
        public Optional<String> effect() {
            Optional<String> election = scene.election(epoch);
            if (leader || election.isPresent() || node.isAlive()) {
                return election;
            }
            return scene.lookout
                    .leader()
                    .filter(leads -> scene.lookout.server(leads.id()).followers() < Servers.SIZE - 1)
                    .map(leads -> leads + " leads one follower less");
        }
    }

    /** SIGSTOP of the leader, SIGCONT at its end. */
    static final class StopLeader implements Fault {
        private final Scene scene;
        private ServerNode node;
        private long epoch;

        StopLeader(Scene scene) {
            this.scene = scene;
        }

        @Override
        public String target() {
            return String.valueOf(node);
        }

        @Override
        public void begin() throws Dud {
            epoch = scene.lookout.epoch();
            node = scene.leader();
            node.child().stop();
        }

        @Override
        public void heal() {
            if (node != null) {
                node.child().resume();
            }
        }

        @Override
        public Optional<String> effect() {
            return scene.election(epoch);
        }
    }

    /** SIGKILL of all, and started again; over when a quorum of them serves. */
    static final class RestartAll implements Fault {
        private final Scene scene;
        private long epoch;
        private long started;
        private long servedMs;

        RestartAll(Scene scene) {
            this.scene = scene;
        }

        @Override
        public String target() {
            return "all servers";
        }

        @Override
        public void begin() {
            epoch = scene.lookout.epoch();
            scene.servers.nodes().forEach(scene::strike);
            scene.servers.nodes().forEach(ServerNode::kill);
        }

        @Override
        public void heal() {
            started = scene.clock.now();
            scene.servers.nodes().forEach(ServerNode::start);
            scene.servers.nodes().forEach(scene::release);
        }

        @Override
        public boolean isOver() {
            servedMs = Clock.ms(scene.clock.now() - started);
            return scene.lookout.leader().isPresent();
        }

        @Override
        public void detail(ObjectNode line) {
            line.put("served_again_ms", servedMs);
        }

        @Override
        public Optional<String> effect() {
            return scene.election(epoch);
        }
    }

    /** One server after the other ends and starts again, as one does for an upgrade. */
    static final class RollingRestart implements Fault {
        /** A server that does not serve again by then is left behind; the campaign waits for it, or fails. */
        private static final long BACK_MS = 20_000;

        private final Scene scene;
        private final long awayMs;
        private final Thread roller = new Thread(this::roll, "rolling-restart");
        private long epoch;

        RollingRestart(Scene scene, long awayMs) {
            this.scene = scene;
            this.awayMs = awayMs;
        }

        @Override
        public String target() {
            return "all servers";
        }

        @Override
        public void begin() {
            epoch = scene.lookout.epoch();
            scene.servers.nodes().forEach(scene::strike);
            roller.setDaemon(true);
            roller.start();
        }

        private void roll() {
            for (ServerNode node : scene.servers.nodes()) {
                node.child().terminate();
                Pause.ms(awayMs);
                node.kill();
                node.start();
                long deadline = scene.clock.now() + Clock.micros(BACK_MS);
                while (!scene.lookout.allServe() && scene.clock.now() < deadline) {
                    Pause.ms(50);
                }
            }
        }

        @Override
        public void heal() {
            try {
                roller.join(Servers.SIZE * (BACK_MS + awayMs));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            scene.servers.nodes().forEach(scene::release);
        }

        @Override
        public Optional<String> effect() {
            return scene.election(epoch);
        }
    }
}
