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
        private final Scene scene;
        private final boolean silent;
        private ServerNode node;
        private long epoch;

        IsolateLeader(Scene scene, int pick) {
            this.scene = scene;
            // As where packets are dropped; else as where the link is down.
            this.silent = pick % 2 == 0;
        }

        @Override
        public String target() {
            return String.valueOf(node);
        }

        @Override
        public void begin() throws Dud {
            epoch = scene.lookout.epoch();
            node = scene.leader();
            if (silent) {
                scene.servers.switchboard().silence(node.id());
            } else {
                scene.servers.switchboard().cut(node.id());
            }
        }

        @Override
        public void heal() {
            scene.servers.switchboard().mend();
        }

        @Override
        public Optional<String> effect() {
            return scene.election(epoch)
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
    static final class Cut extends RoleFaults.OfPlayer {
        private final Spoil spoil;
        private long connections;
        private long session;

        Cut(Scene scene, int pick, Spoil spoil) {
            super(scene, pick);
            this.spoil = spoil;
        }

        @Override
        public void begin() throws Dud {
            player = scene.strike(pick, each -> each.wire().connections() > 0);
            connections = player.wire().traffic().connections();
            session = player.session();
            spoil.on(player.wire(), pick / 16);
        }

        @Override
        public void heal() {
            if (player != null) {
                player.wire().mend();
            }
            release();
        }

        @Override
        public Optional<String> effect() {
            if (player.wire().traffic().connections() == connections) {
                return Optional.empty();
            }
            return Optional.of(player + " connected again, "
                    + (player.session() == session ? "same session so far" : "new session"));
        }
    }

    /** Answers to writes are lost after the servers applied them, again and again. */
    static final class LoseAnswers extends RoleFaults.OfPlayer {
        private final AtomicInteger lost = new AtomicInteger();
        private volatile boolean on;
        private volatile String last = "";
        private long connections;

        LoseAnswers(Scene scene, int pick) {
            super(scene, pick);
        }

        @Override
        public void begin() throws Dud {
            player = scene.strike(pick, this::writes);
            connections = player.wire().traffic().connections();
            on = true;
            arm();
        }

        /** A master that stands by has nothing to lose. */
        private boolean writes(Player each) {
            return each.kind() != Player.Kind.MASTER
                    || scene.reigning().filter(each::equals).isPresent();
        }

        private void arm() {
            player.wire().loseAnswer(request -> on && request.writes()).thenAccept(this::onLost);
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
            boolean again = player.wire().traffic().connections() > connections;
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

        private final Scene scene;
        private final int pick;
        private final int wires;
        private final Predicate<Player> which;
        private final Spoil spoil;
        private final List<Player> players = new ArrayList<>();
        private long before;

        /** @param wires how many of them, of such players */
        Bad(Scene scene, int pick, int wires, Predicate<Player> which, Spoil spoil) {
            this.scene = scene;
            this.pick = pick;
            this.wires = wires;
            this.which = which;
            this.spoil = spoil;
        }

        @Override
        public String target() {
            return players.stream().map(Player::name).collect(Collectors.joining(" "));
        }

        @Override
        public void begin() throws Dud {
            for (int wire = 1; wire <= wires; wire++) {
                Player player = scene.strike(pick / wire, which);
                players.add(player);
                before += player.wire().heldUp();
                spoil.on(player.wire(), pick / 32);
            }
        }

        private long heldUp() {
            return players.stream().mapToLong(player -> player.wire().heldUp()).sum();
        }

        @Override
        public void heal() {
            players.forEach(player -> player.wire().mend());
            players.forEach(scene::release);
        }

        @Override
        public Optional<String> effect() {
            long held = heldUp() - before;
            return held < SEEN ? Optional.empty() : Optional.of("held up " + held + " times so far");
        }
    }
}
