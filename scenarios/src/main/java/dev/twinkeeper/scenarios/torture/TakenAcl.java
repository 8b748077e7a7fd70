package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.zookeeper.data.ACL;

/** An operator leaves the roles only the right to read, on all of the tree but the tasks, and gives it back at the end. */
final class TakenAcl extends OperatorFaults.ByHand {
    private final Map<String, List<ACL>> before = new LinkedHashMap<>();
    private long refusals;
    private int restricted;
    private boolean restored;

    TakenAcl(FaultTargets targets) {
        super(targets);
    }

    @Override
    public String target() {
        return "/";
    }

    @Override
    public void begin() throws NotInjected {
        refusals = targets.stats.refusals();
        operator = targets.operator();
        operator.restrict(before);
        restricted = before.size();
    }

    @Override
    public void heal() {
        restored = operator == null || restore();
    }

    /** Until all has been given back, it is tried again. */
    @Override
    public boolean isOver() {
        restored = restored || restore();
        return restored;
    }

    private boolean restore() {
        try {
            if (!operator.isAlive()) { // on a machine that stood still for a while, say
                operator = targets.operator();
            }
            operator.restore(before);
            operator.close();
            return true;
        } catch (NotInjected notNow) {
            return false;
        }
    }

    @Override
    public Optional<String> effect() {
        long refused = targets.stats.refusals() - refusals;
        return refused == 0
                ? Optional.empty()
                : Optional.of(restricted + " znodes, roles were refused " + refused + " times so far");
    }

    @Override
    public void detail(ObjectNode line) {
        line.put("restricted", restricted);
    }
}
