package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.StatusBytes;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoAuthException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.KeeperException.NotEmptyException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/**
 * A plain client. Each round it resolves what has no answer, sends what waits, and looks at the tasks whose outcome
 * somebody wants to know.
 */
class PlainClient extends PlainRole implements Client {
    /** Half of what a server takes in one request. */
    private static final int BATCH_BYTES = 512 * 1024;

    /** A command on its way, with what finds it again when the answer is lost. */
    record Submission(String token, Payload command, CompletableFuture<TaskId> answer) {}

    record Question(TaskId task, Duration patience, long since, CompletableFuture<Outcome> answer) {
        boolean impatient() {
            return System.nanoTime() - since >= patience.toNanos();
        }
    }

    private static final class Removal {
        final TaskId task;
        final CompletableFuture<Boolean> answer;
        boolean sent;

        Removal(TaskId task, CompletableFuture<Boolean> answer) {
            this.task = task;
            this.answer = answer;
        }
    }

    final Deque<Submission> waiting = new ArrayDeque<>();
    final Map<String, Submission> unanswered = new LinkedHashMap<>();
    final List<Question> questions = new ArrayList<>();
    private final List<Removal> removals = new ArrayList<>();

    /** All that was promised and not kept yet: closing breaks it. */
    private final Set<CompletableFuture<?>> promises = ConcurrentHashMap.newKeySet();

    private volatile CoordinationException over;
    private boolean connected;

    PlainClient(Settings settings, Listener listener) {
        super("client", settings, listener);
    }

    // What it is asked.

    @Override
    public List<CompletionStage<TaskId>> submitAll(List<Payload> commands) {
        List<Submission> submissions = commands.stream()
                .map(command -> new Submission(newToken(), command, promise()))
                .toList();
        loop.post(() -> submissions.forEach(each -> accept(each.answer, () -> waiting.add(each))));
        return submissions.stream()
                .map(each -> (CompletionStage<TaskId>) each.answer)
                .toList();
    }

    @Override
    public CompletionStage<Outcome> outcome(TaskId task, Duration patience) {
        Question question = new Question(task, patience, System.nanoTime(), promise());
        loop.post(() -> accept(question.answer, () -> questions.add(question)));
        return question.answer;
    }

    @Override
    public CompletionStage<Boolean> collect(TaskId task) {
        Removal removal = new Removal(task, promise());
        loop.post(() -> accept(removal.answer, () -> removals.add(removal)));
        return removal.answer;
    }

    private void accept(CompletableFuture<?> answer, Runnable how) {
        if (waiting.size() + unanswered.size() + questions.size() >= settings.backlog()) {
            answer.completeExceptionally(new CoordinationException(Problem.FULL, "the backlog is full"));
        } else {
            how.run();
        }
    }

    private <T> CompletableFuture<T> promise() {
        CompletableFuture<T> promise = new CompletableFuture<>();
        promises.add(promise);
        promise.whenComplete((value, failure) -> promises.remove(promise));
        if (over != null) {
            promise.completeExceptionally(over);
        }
        return promise;
    }

    private static String newToken() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    // What it does.

    @Override
    void round() throws KeeperException, InterruptedException {
        connected = true;
        becomeReady();
        if (!unanswered.isEmpty()) {
            resolve();
        }
        while (!waiting.isEmpty()) {
            send();
        }
        for (Removal removal : List.copyOf(removals)) {
            remove(removal);
        }
        for (Question question : List.copyOf(questions)) {
            look(question);
        }
    }

    @Override
    boolean endsFormerSessions() {
        return true;
    }

    @Override
    void suspend() {
        connected = false;
    }

    /** S6: whoever can't wait any longer hears "unknown"; where there is a connection it was looked once. */
    @Override
    void always() {
        if (!connected) {
            questions.stream().filter(Question::impatient).toList().forEach(this::giveUp);
        }
    }

    /** S4: a create whose answer was lost is looked for; the connection began with a barrier, so "not there" is final. */
    void resolve() throws KeeperException, InterruptedException {
        Map<String, TaskId> there = new HashMap<>();
        for (String name : children(layout.tasks()).orElse(List.of())) {
            Layout.token(name).ifPresent(token -> there.put(token, new TaskId(name)));
        }
        for (Submission each : List.copyOf(unanswered.values())) {
            announcer.tell(new Event.SubmitResolved(there.containsKey(each.token)));
            if (there.containsKey(each.token)) {
                acknowledge(each, there.get(each.token));
            } else {
                unanswered.remove(each.token);
                waiting.addFirst(each);
            }
        }
    }

    private void send() throws KeeperException, InterruptedException {
        List<Submission> batch = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && batch.size() < settings.batch()) {
            bytes += waiting.peek().command.size();
            if (!batch.isEmpty() && bytes > BATCH_BYTES) {
                break;
            }
            batch.add(waiting.remove());
        }
        batch.forEach(each -> unanswered.put(each.token, each));
        try {
            List<OpResult> results =
                    zk.multi(batch.stream().map(this::operation).toList());
            for (int i = 0; i < batch.size(); i++) {
                acknowledge(batch.get(i), layout.created(((OpResult.CreateResult) results.get(i)).getPath()));
            }
        } catch (NoAuthException e) {
            for (Submission each : batch) {
                unanswered.remove(each.token);
                each.answer.completeExceptionally(new CoordinationException(
                        Problem.NOT_ALLOWED, "no permission to create below " + layout.tasks()));
            }
        }
    }

    private Op operation(Submission each) {
        return Op.create(layout.newTask(each.token), each.command.bytes(), acl(), CreateMode.PERSISTENT_SEQUENTIAL);
    }

    private void acknowledge(Submission each, TaskId task) {
        unanswered.remove(each.token);
        announcer.tell(new Event.Submitted(task));
        each.answer.complete(task);
    }

    private void look(Question question) throws KeeperException, InterruptedException {
        Optional<Found> status = read(layout.status(question.task));
        if (status.isPresent()) {
            Outcome outcome = StatusBytes.decode(status.get().data());
            if (!outcome.known()) {
                announcer.setAside(layout.status(question.task), "a status that makes no sense");
            }
            answer(question, outcome);
        } else if (isGone(question.task)) {
            answer(question, new Outcome.Unknown(Outcome.Reason.GONE, "the task is gone: collected, or never there"));
        } else if (question.impatient()) {
            giveUp(question);
        }
    }

    /** Asked twice, with a barrier in between: our server may be behind the one that took the submit. */
    boolean isGone(TaskId task) throws KeeperException, InterruptedException {
        if (zk.exists(layout.task(task), false) != null) {
            return false;
        }
        readBarrier();
        return zk.exists(layout.task(task), false) == null;
    }

    /** S6: no status was read, so nothing is known. */
    void giveUp(Question question) {
        answer(
                question,
                new Outcome.Unknown(Outcome.Reason.TIME_UP, "no status within " + Durations.format(question.patience)));
    }

    void answer(Question question, Outcome outcome) {
        questions.remove(question);
        announcer.tell(new Event.Learnt(question.task, outcome));
        question.answer.complete(outcome);
    }

    private void remove(Removal removal) throws KeeperException, InterruptedException {
        boolean again = removal.sent;
        boolean removed;
        try {
            removal.sent = true;
            zk.multi(removal(removal.task));
            removed = true;
        } catch (NoNodeException e) {
            // Gone, and the answer to an earlier try was lost: that is what became of it.
            removed = again && zk.exists(layout.task(removal.task), false) == null;
        } catch (NotEmptyException e) {
            announcer.setAside(layout.task(removal.task), "it has children that are none of ours");
            removed = false;
        }
        removals.remove(removal);
        if (removed) {
            announcer.tell(new Event.Collected(removal.task));
        }
        removal.answer.complete(removed);
    }

    /** S5: only with its status, so that a task without one stays. */
    List<Op> removal(TaskId task) throws KeeperException, InterruptedException {
        return List.of(delete(layout.status(task)), delete(layout.task(task)));
    }

    @Override
    void leave(CoordinationException why) {
        over = why;
        promises.forEach(promise -> promise.completeExceptionally(why));
    }
}
