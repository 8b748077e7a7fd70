package dev.twinkeeper.curator;

import java.util.List;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.data.Stat;

/** The two checks that every write of a reign opens with (S1): {@code /master} and the epoch are as they were claimed. */
final class Fence {
    static final int OPERATIONS = 2;

    final int epoch;
    private final MasterRole role;
    private final long creation;
    private int version;

    Fence(MasterRole role, Stat master, Stat epoch) {
        this.role = role;
        this.creation = master.getCzxid();
        this.version = master.getVersion();
        this.epoch = epoch.getVersion();
    }

    List<CuratorOp> checks() throws Exception {
        TransactionOp op = role.client.transactionOp();
        return List.of(
                op.check().withVersion(version).forPath(role.layout.master()),
                op.check().withVersion(epoch).forPath(role.layout.epoch()));
    }

    /** It failed, or somebody wrote there. The same /master with a newer version is adopted; all else ends the reign. */
    void verify() throws Exception {
        Stat master = role.client.checkExists().forPath(role.layout.master());
        Stat claims = role.client.checkExists().forPath(role.layout.epoch());
        if (master == null || master.getCzxid() != creation) {
            throw new Reign.Over("/master was deleted");
        } else if (claims == null || claims.getVersion() != epoch) {
            throw new Reign.Over("/master-epoch was written by somebody else");
        }
        version = master.getVersion();
    }
}
