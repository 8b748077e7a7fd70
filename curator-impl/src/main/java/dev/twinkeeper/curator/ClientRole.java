package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NotEmptyException;

/**
 * A client: {@link Submissions} has one thread; {@link Outcomes} and collects share a pool of as many as the window,
 * each for one request at a time.
 */
final class ClientRole extends Participant implements Client {
    private final ExecutorService pool;
    private final Submissions submissions;
    private final Outcomes outcomes;

    /** What was asked from any thread and has no answer yet: at most {@link Settings#backlog()}. */
    private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();

    private volatile CoordinationException refusal;

    ClientRole(Settings settings, Listener listener, Connection connection) {
        super("client", settings, listener, connection);
        this.pool = Executors.newFixedThreadPool(settings.window(), work -> daemon("client request", work));
        this.submissions = new Submissions(this);
        this.outcomes = new Outcomes(this);
    }

    @Override
    void begin() {
        submissions.start();
    }

    @Override
    void connected() {
        loop.post(outcomes::askAgain);
    }

    @Override
    void disconnected() {}

    @Override
    void leave() {
        submissions.stop();
        pool.shutdownNow();
        outcomes.forget();
    }

    @Override
    void abandon(CoordinationException why) {
        refusal = why;
        unanswered.forEach(answer -> answer.completeExceptionally(why));
    }

    @Override
    public List<CompletionStage<TaskId>> submitAll(List<Payload> commands) {
        List<CompletableFuture<TaskId>> answers =
                commands.stream().map(command -> this.<TaskId>admit()).toList();
        submissions.addAll(List.copyOf(commands), answers);
        return answers.stream().map(CompletableFuture::minimalCompletionStage).toList();
    }

    @Override
    public CompletionStage<Outcome> outcome(TaskId task, Duration patience) {
        Objects.requireNonNull(task);
        Objects.requireNonNull(patience);
        CompletableFuture<Outcome> answer = admit();
        loop.post(() -> outcomes.add(task, patience, answer));
        return answer.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Boolean> collect(TaskId task) {
        Objects.requireNonNull(task);
        CompletableFuture<Boolean> answer = admit();
        inPool(() -> collect(task, answer));
        return answer.minimalCompletionStage();
    }

    /** A place in the backlog, given back with the answer. Without one, the answer is there already: a refusal. */
    private <T> CompletableFuture<T> admit() {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (unanswered.size() >= settings.backlog()) {
            answer.completeExceptionally(new CoordinationException(
                    Problem.FULL,
                    "the client has " + settings.backlog() + " requests under way: wait for some of them"));
            return answer;
        }
        unanswered.add(answer);
        answer.whenComplete((value, failure) -> unanswered.remove(answer));
        if (refusal != null) {
            answer.completeExceptionally(refusal);
        }
        return answer;
    }

    /** For what blocks. Its queue is bounded by the backlog. */
    void inPool(Blocking work) {
        try {
            pool.execute(() -> quietly(work));
        } catch (RejectedExecutionException e) {
            // The role has ended, and every answer with it.
        }
    }

    /** S5: a task goes with its status in one transaction. After a lost answer, a task that is gone was taken by it. */
    private void collect(TaskId task, CompletableFuture<Boolean> answer) throws Exception {
        boolean inDoubt = false;
        while (!answer.isDone()) {
            try {
                connection.once(List.of(
                        client.transactionOp().delete().forPath(layout.status(task)),
                        client.transactionOp().delete().forPath(layout.task(task))));
                collected(task, answer);
            } catch (NoNodeException e) {
                if (inDoubt && client.checkExists().forPath(layout.task(task)) == null) {
                    collected(task, answer);
                } else {
                    nothingCollected(answer);
                }
                return;
            } catch (NotEmptyException e) {
                setAside(layout.task(task), "it has children that are none of ours");
                nothingCollected(answer);
                return;
            } catch (KeeperException e) {
                if (!Connection.isLost(e)) {
                    refuse(answer, e, layout.task(task));
                    return;
                }
                inDoubt = true;
                client.blockUntilConnected();
            }
        }
    }

    private void collected(TaskId task, CompletableFuture<Boolean> answer) {
        loop.post(() -> {
            announcer.tell(new Event.Collected(task));
            answer.complete(true);
        });
    }

    private void nothingCollected(CompletableFuture<Boolean> answer) {
        loop.post(() -> answer.complete(false));
    }

    /** The ensemble refused it for good. */
    void refuse(CompletableFuture<?> answer, KeeperException e, String path) {
        Problem problem =
                switch (e.code()) {
                    case NOAUTH -> Problem.NOT_ALLOWED;
                    case NONODE, NOCHILDRENFOREPHEMERALS -> Problem.IN_THE_WAY;
                    case NODEEXISTS, QUOTAEXCEEDED, THROTTLEDOP -> Problem.FULL;
                    default -> Problem.UNKNOWN;
                };
        loop.post(() -> answer.completeExceptionally(
                new CoordinationException(problem, path + ": the ensemble answered " + e.code())));
    }
}
