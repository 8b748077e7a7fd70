package dev.twinkeeper.curator;

import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;

/**
 * The turn by LeaderSelector: whoever has its mutex runs its candidacies on the selector's thread, and the adapter
 * interrupts them when the connection is lost.
 *
 * <p>Not kept: L1 and L5. The turn is a lock and no hint. A leader whose connection was lost for a moment goes to the
 * back of the queue, while its session and with it {@code /master} live on: whoever has the mutex then waits until the
 * session's end. And one whose {@code /master} was deleted, but that hears nothing, keeps the mutex although anybody could
 * reign.
 */
final class SelectorTurn extends LeaderSelectorListenerAdapter implements Turn {
    private final MasterRole role;
    private final LeaderSelector selector;

    SelectorTurn(MasterRole role) {
        this.role = role;
        this.selector = new LeaderSelector(role.client, role.layout.candidates() + "-selector", this);
        selector.setId(role.id.name());
        selector.autoRequeue();
    }

    @Override
    public void start() {
        selector.start();
    }

    @Override
    public void takeLeadership(CuratorFramework client) throws Exception {
        while (!role.left) {
            role.insist(role.layout.master(), role::stand);
        }
    }

    /** Whoever stands has the turn. */
    @Override
    public void await() {}

    /** The adapter does it. */
    @Override
    public void interrupt() {}

    @Override
    public void close() {
        selector.close();
    }
}
