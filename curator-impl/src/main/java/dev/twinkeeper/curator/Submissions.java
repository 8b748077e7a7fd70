package dev.twinkeeper.curator;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.utils.ZKPaths;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.OpResult.CreateResult;

/**
 * A client's submits, on one thread: many creates in one transaction, each with a token in its name, sent once. When the
 * answer is lost, the tokens are looked for behind a read barrier, and what is not there is sent again (S4).
 */
final class Submissions {
    /** Half of what a server takes in one request, so that names and headers never matter. */
    private static final int BATCH_BYTES = 512 * 1024;

    private record Submission(String token, Payload command, CompletableFuture<TaskId> answer) {}

    private final ClientRole role;
    private final CuratorFramework client;
    private final Layout layout;
    private final Thread thread;

    /** Bounded by the client's backlog. */
    private final BlockingQueue<Submission> waiting = new LinkedBlockingQueue<>();

    Submissions(ClientRole role) {
        this.role = role;
        this.client = role.client;
        this.layout = role.layout;
        this.thread = Participant.daemon("client submits", () -> role.quietly(this::run));
    }

    /** Under the lock that {@link #nextBatch} waits for: what is submitted together shares transactions. */
    synchronized void addAll(List<Payload> commands, List<CompletableFuture<TaskId>> answers) {
        for (int i = 0; i < answers.size(); i++) {
            if (!answers.get(i).isDone()) {
                String token = UUID.randomUUID().toString().replace("-", "");
                waiting.add(new Submission(token, commands.get(i), answers.get(i)));
            }
        }
    }

    void start() {
        thread.start();
    }

    void stop() {
        thread.interrupt();
    }

    private void run() throws Exception {
        prepare();
        role.becomeReady();
        while (!role.left) {
            List<Submission> batch = nextBatch();
            try {
                submit(batch);
            } catch (KeeperException e) {
                batch.forEach(each -> role.refuse(each.answer, e, layout.tasks()));
            }
        }
    }

    private void prepare() throws Exception {
        while (!role.left) {
            try {
                role.connection.makeParents(layout.top());
                return;
            } catch (KeeperException e) {
                role.rest(layout.tasks(), e);
            }
        }
    }

    private List<Submission> nextBatch() throws InterruptedException {
        List<Submission> batch = new ArrayList<>(List.of(waiting.take()));
        synchronized (this) {
            int bytes = batch.get(0).command.size();
            while (!waiting.isEmpty() && batch.size() < role.settings.batch()) {
                bytes += waiting.peek().command.size();
                if (bytes > BATCH_BYTES) {
                    break;
                }
                batch.add(waiting.remove());
            }
        }
        return batch;
    }

    private void submit(List<Submission> batch) throws Exception {
        long since = System.nanoTime();
        boolean inDoubt = false;
        List<Submission> unanswered = batch;
        while (!unanswered.isEmpty()) {
            try {
                if (inDoubt) {
                    unanswered = resolve(unanswered, since);
                    inDoubt = false;
                } else {
                    create(unanswered);
                    return;
                }
            } catch (KeeperException e) {
                if (!Connection.isLost(e)) {
                    throw e;
                }
                inDoubt = true;
                client.blockUntilConnected();
            }
        }
    }

    private void create(List<Submission> batch) throws Exception {
        List<CuratorOp> creations = new ArrayList<>();
        for (Submission each : batch) {
            creations.add(client.transactionOp()
                    .create()
                    .withMode(CreateMode.PERSISTENT_SEQUENTIAL)
                    .forPath(layout.newTask(each.token), each.command.bytes()));
        }
        List<OpResult> created = role.connection.once(creations);
        for (int i = 0; i < batch.size(); i++) {
            String path = ((CreateResult) created.get(i)).getPath();
            acknowledge(batch.get(i), new TaskId(ZKPaths.getNodeFromPath(path)));
        }
    }

    /** What is not there after a barrier on the next connection was not applied, and will not be: it is sent again. */
    private List<Submission> resolve(List<Submission> batch, long since) throws Exception {
        role.connection.readBarrier();
        Map<String, TaskId> there = new HashMap<>();
        for (String name : client.getChildren().forPath(layout.tasks())) {
            Layout.token(name).ifPresent(token -> there.put(token, new TaskId(name)));
        }
        List<Submission> missing = new ArrayList<>();
        for (Submission each : batch) {
            role.tell(new Event.SubmitResolved(there.containsKey(each.token)));
            if (there.containsKey(each.token)) {
                acknowledge(each, there.get(each.token));
            } else {
                missing.add(each);
            }
        }
        if (System.nanoTime() - since < role.settings.retention().toNanos()) {
            return missing;
        }
        CoordinationException tooLate = new CoordinationException(
                Problem.UNKNOWN,
                "no answer for " + Durations.format(role.settings.retention())
                        + ": the task may have been done and removed since");
        role.loop.post(() -> missing.forEach(each -> each.answer.completeExceptionally(tooLate)));
        return List.of();
    }

    private void acknowledge(Submission submission, TaskId task) {
        role.loop.post(() -> {
            role.announcer.tell(new Event.Submitted(task));
            submission.answer.complete(task);
        });
    }
}
