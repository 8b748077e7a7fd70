package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Faults of the network: between the leader and its peers, and on the wires of roles. */
final class NetworkFaults {
    private NetworkFaults() {}

    /** The leader is cut off from its peers, and its clients still reach it. */
    static final class IsolateLeader implements Fault {
        private final FaultTargets targets;
        private final boolean silent;
        private ServerNode node;
        private long epoch;

        IsolateLeader(FaultTargets targets, int pick) {
            this.targets = targets;
            // As where packets are dropped; else as where the link is down.
            this.silent = pick % 2 == 0;
        }

        @Override
        public String target() {
            return String.valueOf(node);
        }

        @Override
        public void begin() throws NotInjected {
            epoch = targets.monitor.epoch();
            node = targets.leader();
            if (silent) {
                targets.servers.switchboard().silence(node.id());
            } else {
                targets.servers.switchboard().cut(node.id());
            }
        }

        @Override
        public void heal() {
            targets.servers.switchboard().mend();
        }

        @Override
        public Optional<String> effect() {
            return targets.election(epoch)
                    .map(words -> words + (silent ? " (the others heard nothing)" : " (the others heard a reset)"));
        }
    }

    /** What is done to a role's wire. */
    interface Spoil {
        void on(Wire wire, int pick);
    }

    static void cut(Wire wire, int pick) {
        wire.cut();
    }

    static void oneWay(Wire wire, int pick) {
        if (pick % 2 == 0) {
            wire.stallRequests();
        } else {
            wire.stallReplies();
        }
    }

    /** A wire that carries nothing, or nothing one way: seen when the role has to connect anew. */
    static final class Cut extends RoleFaults.OfRole {
        private final Spoil spoil;
        private long connections;
        private long session;

        Cut(FaultTargets targets, int pick, Spoil spoil) {
            super(targets, pick);
            this.spoil = spoil;
        }

        @Override
        public void begin() throws NotInjected {
            role = targets.target(pick, each -> each.wire().connections() > 0);
            connections = role.wire().traffic().connections();
            session = role.session();
            spoil.on(role.wire(), pick / 16);
        }

        @Override
        public void heal() {
            if (role != null) {
                role.wire().mend();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            if (role.wire().traffic().connections() == connections) {
                return Optional.empty();
            }
            return Optional.of(
                    role + " connected again, " + (role.session() == session ? "same session so far" : "new session"));
        }
    }

    /** Answers to writes are lost after the servers applied them, again and again. */
    static final class LoseAnswers extends RoleFaults.OfRole {
        private final AtomicInteger lost = new AtomicInteger();
        private volatile boolean on;
        private volatile String last = "";
        private long connections;

        LoseAnswers(FaultTargets targets, int pick) {
            super(targets, pick);
        }

        @Override
        public void begin() throws NotInjected {
            role = targets.target(pick, this::writes);
            connections = role.wire().traffic().connections();
            on = true;
            arm();
        }

        /** A master that stands by has nothing to lose. */
        private boolean writes(ManagedRole each) {
            return each.kind() != ManagedRole.RoleKind.MASTER
                    || targets.reigning().filter(each::equals).isPresent();
        }

        private void arm() {
            role.wire().loseAnswer(request -> on && request.writes()).thenAccept(this::onLost);
        }

        private void onLost(Request request) {
            last = request.operation() + " " + request.path();
            lost.incrementAndGet();
            if (on) {
                arm();
            }
        }

        @Override
        public void heal() {
            on = false;
            release();
        }

        @Override
        public Optional<String> effect() {
            boolean again = role.wire().traffic().connections() > connections;
            return lost.get() == 0 || !again
                    ? Optional.empty()
                    : Optional.of("answers lost: " + lost + ", the last to " + last);
        }
    }

    /** Wires that are slow all the time. */
    static void slow(Wire wire, int pick) {
        wire.slow(Duration.ofMillis(20 + pick % 130), Duration.ofMillis(20 + pick / 130 % 130));
    }

    /** Lost packets: some of what is sent comes late, by the time of a retransmission, and what follows it waits. */
    static void lossy(Wire wire, int pick) {
        wire.stutter(0.05 + pick % 16 / 100.0, Duration.ofMillis(200 + pick / 16 % 200));
    }

    /** Wires on which all comes through, only later. */
    static final class Bad implements Fault {
        /** Fewer might be heartbeats only. */
        private static final int SEEN = 10;

        private final FaultTargets targets;
        private final int pick;
        private final int wires;
        private final Predicate<ManagedRole> which;
        private final Spoil spoil;
        private final List<ManagedRole> roles = new ArrayList<>();
        private long before;

        /** @param wires how many of them, of such roles */
        Bad(FaultTargets targets, int pick, int wires, Predicate<ManagedRole> which, Spoil spoil) {
            this.targets = targets;
            this.pick = pick;
            this.wires = wires;
            this.which = which;
            this.spoil = spoil;
        }

        @Override
        public String target() {
            return roles.stream().map(ManagedRole::name).collect(Collectors.joining(" "));
        }

        @Override
        public void begin() throws NotInjected {
            for (int wire = 1; wire <= wires; wire++) {
                ManagedRole role = targets.target(pick / wire, which);
                roles.add(role);
                before += role.wire().heldUp();
                spoil.on(role.wire(), pick / 32);
            }
        }

        private long heldUp() {
            return roles.stream().mapToLong(role -> role.wire().heldUp()).sum();
        }

        @Override
        public void heal() {
            roles.forEach(role -> role.wire().mend());
            roles.forEach(targets::release);
        }

        @Override
        public Optional<String> effect() {
            long held = heldUp() - before;
            return held < SEEN ? Optional.empty() : Optional.of("held up " + held + " times so far");
        }
    }
}
