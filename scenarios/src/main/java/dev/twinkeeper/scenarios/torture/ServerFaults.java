package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Faults of servers. */
final class ServerFaults {
    private ServerFaults() {}

    /** SIGKILL; started again at its end. */
    static final class Kill implements Fault {
        private final FaultTargets targets;
        private final boolean leader;
        private final int pick;
        private ServerNode node;
        private long epoch;

        Kill(FaultTargets targets, boolean leader, int pick) {
            this.targets = targets;
            this.leader = leader;
            this.pick = pick;
        }

        @Override
        public String target() {
            return String.valueOf(node);
        }

        @Override
        public void begin() throws NotInjected {
            epoch = targets.monitor.epoch();
            node = leader ? targets.leader() : targets.follower(pick);
            targets.target(node);
            node.kill();
        }

        @Override
        public void heal() {
            if (node != null) {
                node.start();
                targets.release(node);
            }
        }

        @Override
        public Optional<String> effect() {
            Optional<String> election = targets.election(epoch);
            if (leader || election.isPresent() || node.isAlive()) {
                return election;
            }
            return targets.followerLess();
        }
    }

    /** SIGSTOP, SIGCONT at its end. */
    static final class Stop implements Fault {
        private final FaultTargets targets;
        private final boolean leader;
        private final int pick;
        private ServerNode node;
        private long epoch;
        private boolean resumed;

        Stop(FaultTargets targets, boolean leader, int pick) {
            this.targets = targets;
            this.leader = leader;
            this.pick = pick;
        }

        @Override
        public String target() {
            return String.valueOf(node);
        }

        @Override
        public void begin() throws NotInjected {
            epoch = targets.monitor.epoch();
            node = leader ? targets.leader() : targets.follower(pick);
            node.child().stop();
        }

        @Override
        public void heal() {
            if (node != null) {
                node.child().resume();
            }
            resumed = true;
        }

        @Override
        public Optional<String> effect() {
            if (leader) {
                return targets.election(epoch);
            }
            return resumed ? Optional.empty() : targets.followerLess();
        }
    }

    /** SIGKILL of all, and started again; over when a quorum of them serves. */
    static final class RestartAll implements Fault {
        private final FaultTargets targets;
        private long epoch;
        private long started;
        private long servedMs;

        RestartAll(FaultTargets targets) {
            this.targets = targets;
        }

        @Override
        public String target() {
            return "all servers";
        }

        @Override
        public void begin() {
            epoch = targets.monitor.epoch();
            targets.servers.nodes().forEach(targets::target);
            targets.servers.nodes().forEach(ServerNode::kill);
        }

        @Override
        public void heal() {
            started = targets.clock.now();
            targets.servers.nodes().forEach(ServerNode::start);
            targets.servers.nodes().forEach(targets::release);
        }

        @Override
        public boolean isOver() {
            servedMs = RunClock.ms(targets.clock.now() - started);
            return targets.monitor.leader().isPresent();
        }

        @Override
        public void detail(ObjectNode line) {
            line.put("served_again_ms", servedMs);
        }

        @Override
        public Optional<String> effect() {
            return targets.election(epoch);
        }
    }

    /** One server after the other ends and starts again, as one does for an upgrade. */
    static final class RollingRestart implements Fault {
        /** A server that does not serve again by then is left behind; the campaign waits for it, or fails. */
        private static final long BACK_MS = 20_000;

        private final FaultTargets targets;
        private final long awayMs;
        private final Thread roller = new Thread(this::roll, "rolling-restart");
        private long epoch;

        RollingRestart(FaultTargets targets, long awayMs) {
            this.targets = targets;
            this.awayMs = awayMs;
        }

        @Override
        public String target() {
            return "all servers";
        }

        @Override
        public void begin() {
            epoch = targets.monitor.epoch();
            targets.servers.nodes().forEach(targets::target);
            roller.setDaemon(true);
            roller.start();
        }

        private void roll() {
            for (ServerNode node : targets.servers.nodes()) {
                node.child().terminate();
                Pause.ms(awayMs);
                node.kill();
                node.start();
                long deadline = targets.clock.now() + RunClock.micros(BACK_MS);
                while (!targets.monitor.allServe() && targets.clock.now() < deadline) {
                    Pause.ms(50);
                }
            }
        }

        @Override
        public void heal() {
            try {
                roller.join(targets.servers.size() * (BACK_MS + awayMs));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            targets.servers.nodes().forEach(targets::release);
        }

        @Override
        public Optional<String> effect() {
            return targets.election(epoch);
        }
    }
}
