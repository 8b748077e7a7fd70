package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.loop.Backlog;
import dev.twinkeeper.loop.Submission;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.TransactionOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NotEmptyException;

/**
 * A client: {@link Submissions} has one thread; {@link Outcomes} and collects share a pool of as many as the window,
 * each for one request at a time.
 */
final class ClientRole extends Participant implements Client {
    private final ThreadPoolExecutor pool;
    private final Submissions submissions;
    private final Outcomes outcomes;
    private final Backlog backlog;

    ClientRole(Settings settings, Listener listener, Connection connection) {
        super("client", settings, listener, connection);
        this.backlog = new Backlog(settings.backlog());
        this.pool = (ThreadPoolExecutor)
                Executors.newFixedThreadPool(settings.window(), work -> daemon("client request", work::run));
        // For what comes when the role has ended, and every answer with it.
        this.pool.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
        this.submissions = new Submissions(this);
        this.outcomes = new Outcomes(this);
        announcer.queue(RoleQueue.BACKLOG, backlog::size);
    }

    @Override
    void begin() {
        submissions.thread.start();
    }

    @Override
    void connected() {
        outcomes.askAgain();
    }

    @Override
    void leave() {
        submissions.thread.interrupt();
        pool.shutdownNow();
        if (!connection.own()) {
            outcomes.client.removeWatchers();
        }
    }

    @Override
    protected void abandon(CoordinationException why) {
        backlog.end(why);
    }

    @Override
    public List<CompletionStage<TaskId>> submitAll(List<Payload> commands) {
        List<Submission> made = Submission.all(commands, backlog);
        submissions.addAll(made);
        return made.stream().map(each -> each.answer().minimalCompletionStage()).toList();
    }

    @Override
    public CompletionStage<Outcome> outcome(TaskId task, Duration patience) {
        Objects.requireNonNull(task);
        Objects.requireNonNull(patience);
        CompletableFuture<Outcome> answer = backlog.admit();
        outcomes.add(task, patience, answer);
        return answer.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Boolean> collect(TaskId task) {
        Objects.requireNonNull(task);
        CompletableFuture<Boolean> answer = backlog.admit();
        inPool(() -> collect(task, answer));
        return answer.minimalCompletionStage();
    }

    /** For what blocks. Its queue is bounded by the backlog. */
    void inPool(Blocking work) {
        pool.execute(() -> quietly(work));
    }

    private void collect(TaskId task, CompletableFuture<Boolean> answer) throws Exception {
        try {
            boolean taken = take(task);
            if (taken) {
                tell(new Event.Collected(task));
            }
            loop.post(() -> answer.complete(taken));
        } catch (KeeperException e) { // NOAUTH: nor was it gone before
            String code = e.code().name();
            refuse(answer, CoordinationException.refused(layout.task(task), code, !code.equals("NOAUTH")));
        }
    }

    /** S5: a task goes with its status in one transaction. What is gone after a lost answer was taken by it. */
    private boolean take(TaskId task) throws Exception {
        for (boolean inDoubt = false; ; inDoubt = true) {
            try {
                if (!inDoubt || !connection.isGone(layout.task(task))) {
                    TransactionOp op = client.transactionOp();
                    List<CuratorOp> removal = List.of(
                            op.delete().forPath(layout.status(task)),
                            op.delete().forPath(layout.task(task)));
                    once(connection.handle(), removal);
                }
                return true;
            } catch (NoNodeException e) {
                return false;
            } catch (NotEmptyException e) {
                setAside(layout.task(task), "it has children that are none of ours");
                return false;
            } catch (KeeperException e) {
                if (!connection.regained(e)) {
                    throw e;
                }
            }
        }
    }
}
