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
        final FaultTargets targets;
        TreeWriter operator;

        ByHand(FaultTargets targets) {
            this.targets = targets;
        }

        @Override
        public String target() {
            return "/master";
        }

        EnsembleState.Node master() throws NotInjected {
            return targets.monitor.tree().master().orElseThrow(() -> new NotInjected("nobody reigns just now"));
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

        DeleteMaster(FaultTargets targets) {
            super(targets);
        }

        @Override
        public void begin() throws NotInjected {
            master();
            epoch = targets.monitor.tree().epoch();
            operator = targets.operator();
            operator.deleteMaster();
        }

        @Override
        public Optional<String> effect() {
            return targets.newReign(epoch);
        }
    }

    /** {@code /master} is made by hand and stays for a while: nobody reigns. */
    static final class TakeMaster extends ByHand {
        private int epoch;
        private long session;
        private boolean held;

        TakeMaster(FaultTargets targets) {
            super(targets);
        }

        @Override
        public void begin() throws NotInjected {
            master();
            epoch = targets.monitor.tree().epoch();
            operator = targets.operator();
            session = operator.session();
            operator.takeMaster();
        }

        @Override
        public Optional<String> effect() {
            held |= targets.monitor
                    .tree()
                    .master()
                    .filter(node -> node.owner() == session)
                    .isPresent();
            return held ? targets.newReign(epoch).map(words -> "held by hand, then " + words) : Optional.empty();
        }
    }

    /** {@code set /master}: the reign goes on, under another version. */
    static final class SetMaster extends ByHand {
        private EnsembleState.Node before;

        SetMaster(FaultTargets targets) {
            super(targets);
        }

        @Override
        public void begin() throws NotInjected {
            before = master();
            operator = targets.operator();
            operator.setMaster();
        }

        @Override
        public Optional<String> effect() {
            return targets.monitor
                    .tree()
                    .master()
                    .filter(now -> now.czxid() == before.czxid() && now.version() > before.version())
                    .map(now -> "version " + now.version() + " of the same reign");
        }
    }

    /** {@code deleteall /assign/W}. */
    static final class RemoveAssign extends ByHand {
        private final int pick;
        private ManagedRole role;
        private long before;
        private List<String> removed = List.of();

        RemoveAssign(FaultTargets targets, int pick) {
            super(targets);
            this.pick = pick;
        }

        @Override
        public String target() {
            return role == null ? "/assign" : "/assign/" + role;
        }

        @Override
        public void begin() throws NotInjected {
            role = targets.target(pick, each -> each.kind() == ManagedRole.RoleKind.WORKER);
            before = assign();
            operator = targets.operator();
            removed = operator.removeAssign(role.name());
        }

        private long assign() {
            EnsembleState.Node node = targets.monitor.tree().assign().get(role.name());
            return node == null ? 0 : node.czxid();
        }

        @Override
        public void heal() {
            super.heal();
            if (role != null) {
                targets.release(role);
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
