package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Faults by hand: an operator writes where only the roles should. */
final class OperatorFaults {
    private OperatorFaults() {}

    /** A fault over a session of its own. */
    abstract static class ByHand implements Fault {
        final Scene scene;
        Operator operator;

        ByHand(Scene scene) {
            this.scene = scene;
        }

        @Override
        public String target() {
            return "/master";
        }

        Sight.Node master() throws Dud {
            return scene.lookout.tree().master().orElseThrow(() -> new Dud("nobody reigns just now"));
        }

        @Override
        public void heal() {
            if (operator != null) {
                operator.close();
            }
        }
    }

    /** {@code delete /master}, while its owner's session lives on. */
    static final class DeleteMaster extends ByHand {
        private int epoch;

        DeleteMaster(Scene scene) {
            super(scene);
        }

        @Override
        public void begin() throws Dud {
            master();
            epoch = scene.lookout.tree().epoch();
            operator = scene.operator();
            operator.deleteMaster();
        }

        @Override
        public Optional<String> effect() {
            return scene.newReign(epoch);
        }
    }

    /** {@code /master} is made by hand and stays for a while: nobody reigns. */
    static final class TakeMaster extends ByHand {
        private int epoch;
        private long session;
        private boolean held;

        TakeMaster(Scene scene) {
            super(scene);
        }

        @Override
        public void begin() throws Dud {
            master();
            epoch = scene.lookout.tree().epoch();
            operator = scene.operator();
            session = operator.session();
            operator.takeMaster();
        }

        @Override
        public Optional<String> effect() {
            held |= scene.lookout
                    .tree()
                    .master()
                    .filter(node -> node.owner() == session)
                    .isPresent();
            return held ? scene.newReign(epoch).map(words -> "held by hand, then " + words) : Optional.empty();
        }
    }

    /** {@code set /master}: the reign goes on, under another version. */
    static final class SetMaster extends ByHand {
        private Sight.Node before;

        SetMaster(Scene scene) {
            super(scene);
        }

        @Override
        public void begin() throws Dud {
            before = master();
            operator = scene.operator();
            operator.setMaster();
        }

        @Override
        public Optional<String> effect() {
            return scene.lookout
                    .tree()
                    .master()
                    .filter(now -> now.czxid() == before.czxid() && now.version() > before.version())
                    .map(now -> "version " + now.version() + " of the same reign");
        }
    }

    /** {@code deleteall /assign/W}. */
    static final class RemoveAssign extends ByHand {
        private final int pick;
        private Player player;
        private long before;
        private List<String> removed = List.of();

        RemoveAssign(Scene scene, int pick) {
            super(scene);
            this.pick = pick;
        }

        @Override
        public String target() {
            return player == null ? "/assign" : "/assign/" + player;
        }

        @Override
        public void begin() throws Dud {
            player = scene.strike(pick, each -> each.kind() == Player.Kind.WORKER);
            before = assign();
            operator = scene.operator();
            removed = operator.removeAssign(player.name());
        }

        private long assign() {
            Sight.Node node = scene.lookout.tree().assign().get(player.name());
            return node == null ? 0 : node.czxid();
        }

        @Override
        public void heal() {
            super.heal();
            if (player != null) {
                scene.release(player);
            }
        }

        @Override
        public Optional<String> effect() {
            long now = assign();
            return now == 0 || now == before
                    ? Optional.empty()
                    : Optional.of("removed with " + removed.size() + " assignments, and made again");
        }

        @Override
        public void detail(ObjectNode line) {
            ArrayNode tasks = line.putArray("removed");
            removed.forEach(tasks::add);
        }
    }
}
