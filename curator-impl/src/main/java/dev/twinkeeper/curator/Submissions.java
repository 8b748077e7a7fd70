package dev.twinkeeper.curator;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Submission;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.CreateResult;
import org.apache.zookeeper.ZooKeeper;

/**
 * A client's submits, on one thread: many creates in one transaction, each with a token in its name, sent once. When the
 * answer is lost, the tokens are looked for behind a read barrier, and what is not there is sent again (S4).
 */
final class Submissions {
    private final ClientRole role;
    final Thread thread;

    /** What the last creates were sent by. */
    private ZooKeeper sender;

    /** Bounded by the client's backlog. */
    private final BlockingDeque<Submission> waiting = new LinkedBlockingDeque<>();

    Submissions(ClientRole role) {
        this.role = role;
        this.thread = role.daemon("client submits", this::run);
    }

    /** What is submitted together shares transactions. */
    void addAll(List<Submission> submissions) {
        waiting.addAll(
                submissions.stream().filter(each -> !each.answer().isDone()).toList());
    }

    private void run() throws Exception {
        role.insist(role.layout.tasks(), () -> role.connection.makeParents(role.layout.top()));
        role.becomeReady();
        while (!role.left()) {
            submit(nextBatch());
        }
    }

    private List<Submission> nextBatch() throws InterruptedException {
        waiting.addFirst(waiting.take()); // waits for one
        return Submission.batch(waiting, role.settings.batch());
    }

    private void submit(List<Submission> batch) throws Exception {
        long sent = System.nanoTime();
        for (boolean inDoubt = false; ; inDoubt = true) {
            try {
                if (inDoubt) {
                    resolve(batch, sent);
                } else {
                    create(batch);
                }
                return;
            } catch (KeeperException e) {
                if (!role.connection.regained(e)) {
                    var why = CoordinationException.refused(
                            role.layout.tasks(), e.code().name(), inDoubt);
                    batch.forEach(each -> role.refuse(each.answer(), why));
                    return;
                }
            }
        }
    }

    // region submit
    private void create(List<Submission> batch) throws Exception {
        List<CuratorOp> creations = new ArrayList<>();
        TransactionOp op = role.client.transactionOp();
        for (Submission each : batch) {
            String path = role.layout.newTask(each.token());
            creations.add(op.create()
                    .withMode(CreateMode.PERSISTENT_SEQUENTIAL)
                    .forPath(path, each.command().bytes()));
        }
        sender = role.connection.handle();
        List<OpResult> created = role.once(sender, creations);
        for (int i = 0; i < batch.size(); i++) {
            acknowledge(batch.get(i), ZKPaths.getNodeFromPath(((CreateResult) created.get(i)).getPath()));
        }
    }

    /** What is not there after a barrier on the next connection was not applied, and will not be: it is sent again. */
    private void resolve(List<Submission> batch, long sent) throws Exception {
        ZooKeeper current = role.connection.handle();
        if (sender != null && current != sender) {
            role.connection.end(sender);
        }
        role.connection.readBarrier();
        Map<String, String> there = Layout.byToken(role.client.getChildren().forPath(role.layout.tasks()));
        if (current == sender && role.connection.handle() != sender) {
            throw new KeeperException.SessionExpiredException(); // the barrier was perhaps of the next session
        }
        List<Submission> again = new ArrayList<>();
        for (Submission each : batch) {
            String name = there.get(each.token());
            role.tell(new Event.SubmitResolved(name != null));
            if (name != null) {
                acknowledge(each, name);
            } else {
                each.lost(batch.size() == 1, System.nanoTime() - sent, role.settings.retention())
                        .ifPresentOrElse(why -> role.refuse(each.answer(), why), () -> again.add(each));
            }
        }
        Collections.reverse(again);
        again.forEach(waiting::addFirst);
    }
    // endregion

    private void acknowledge(Submission submission, String name) {
        TaskId task = new TaskId(name);
        role.tell(new Event.Submitted(task));
        role.loop.post(() -> submission.answer().complete(task));
    }
}
