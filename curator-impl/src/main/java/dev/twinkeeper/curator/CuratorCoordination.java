package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;

/**
 * The implementation on Apache Curator's recipes: candidates queue by LeaderLatch, a reign sees the tree by
 * PersistentWatcher and one listing. Every role has a Curator client of its own, or all of them share the caller's, see
 * {@link #with}.
 */
public class CuratorCoordination implements Coordination {
    private final Function<Settings, Connection> connections;

    /** The one that {@link java.util.ServiceLoader} finds: every role has a client of its own. */
    public CuratorCoordination() {
        this(Connection::open);
    }

    private CuratorCoordination(Function<Settings, Connection> connections) {
        this.connections = connections;
    }

    /**
     * Roles that speak through the caller's client, which has to be started and is never closed here; of the settings,
     * the servers and the session timeout are then the client's own. A namespace of it stands before the chroot;
     * but it must be the client itself, and not what its {@code usingNamespace} gives, which cannot be listened to.
     *
     * <p>What a role makes in the client's session it takes away in {@code close}; a role whose client is closed under it
     * is refused with {@code CLOSED}. A session can have one master, and one worker of an id: another role is refused
     * with {@code ID_IN_USE}. Of each watcher that it closes, Curator itself leaves a listener behind in the client (5.9.0):
     * three a reign. Any retry policy will do; one that gives up at once makes roles ask more often. Compression
     * must not be enabled: other participants could not read it.
     *
     * @throws CoordinationException {@code INVALID} where the client is not started, closed, or of a namespace only; so do the methods that
     *     make roles
     */
    public static Coordination with(CuratorFramework client) {
        Connection.of(client);
        return new CuratorCoordination(settings -> Connection.of(client));
    }

    @Override
    public String name() {
        return "curator";
    }

    /** The recipe for the queue of candidates. */
    Turn turn(MasterRole role) {
        return new LatchTurn(role);
    }

    /** The recipe for what a reign sees. */
    TreeView view(Reign reign) {
        return new WatchedTree(reign);
    }

    @Override
    public Master master(MasterId id, Settings settings, Listener listener) {
        return started(new MasterRole(id, settings, listener, connections.apply(settings), this));
    }

    @Override
    public Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
        return started(new WorkerRole(id, settings, handler, listener, connections.apply(settings)));
    }

    @Override
    public Client client(Settings settings, Listener listener) {
        return started(new ClientRole(settings, listener, connections.apply(settings)));
    }

    private static <T extends Participant> T started(T role) {
        role.start();
        return role;
    }
}
