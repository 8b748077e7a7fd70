package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.loop.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.WatcherRemoveCuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;

/** A client's questions: each task is read, and watched only where it has no status yet. */
final class Outcomes {
    /** However short the patience, the first look has this long (S6). */
    private static final Duration FIRST_LOOK = Duration.ofSeconds(1);

    private final ClientRole role;
    private final Layout layout;

    /** It knows the watches that are set through it, so that a shared client can be rid of them. */
    private final WatcherRemoveCuratorFramework client;

    // The loop's:
    private final Map<TaskId, Question> questions = new HashMap<>();
    private long session;

    Outcomes(ClientRole role) {
        this.role = role;
        this.layout = role.layout;
        this.client = role.client.newWatcherRemoveCuratorFramework();
    }

    /** All who wait for one task. */
    private final class Question implements CuratorWatcher {
        final TaskId task;
        final List<CompletableFuture<Outcome>> askers = new ArrayList<>(1);
        final CompletableFuture<Void> looked = new CompletableFuture<>();

        Question(TaskId task) {
            this.task = task;
        }

        @Override
        public void process(WatchedEvent event) {
            if (event.getType() == EventType.NodeChildrenChanged || event.getType() == EventType.NodeDeleted) {
                role.inPool(() -> learn(this));
            }
        }
    }

    /** On the loop, as all but {@link #learn}. */
    void add(TaskId task, Duration patience, CompletableFuture<Outcome> asker) {
        if (asker.isDone()) {
            return;
        }
        Question question = questions.computeIfAbsent(task, Question::new);
        question.askers.add(asker);
        role.inPool(() -> learn(question));
        Loop.Timer timer = role.loop.after(patience, () -> afterFirstLook(question, asker, patience));
        asker.whenComplete((outcome, failure) -> timer.cancel());
    }

    private void afterFirstLook(Question question, CompletableFuture<Outcome> asker, Duration patience) {
        question.looked
                .copy()
                .completeOnTimeout(null, FIRST_LOOK.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> role.loop.post(() -> dismiss(question, asker, patience)));
    }

    /** L4: in a new session there are no watches. In the old one ZooKeeper sets them again, and nothing is missed. */
    void askAgain() {
        long now = role.connection.session();
        if (now != session) {
            session = now;
            questions.values().forEach(question -> role.inPool(() -> learn(question)));
        }
    }

    /** In the pool. */
    private void learn(Question question) throws Exception {
        try {
            Outcome outcome = read(question);
            if (outcome != null) {
                answer(question, outcome);
            }
            question.looked.complete(null);
        } catch (KeeperException e) {
            if (Connection.isLost(e)) {
                client.blockUntilConnected();
                role.inPool(() -> learn(question));
            } else {
                answer(question, new Outcome.Unknown("the task cannot be read: " + e.code()));
            }
        }
    }

    /** Null where there is no status yet; its coming is then told. */
    private Outcome read(Question question) throws Exception {
        TaskId task = question.task;
        try {
            return decode(task);
        } catch (NoNodeException none) {
            // So it is worth a watch.
        }
        try {
            if (!client.getChildren()
                    .usingWatcher(question)
                    .forPath(layout.task(task))
                    .contains(Layout.STATUS)) {
                return null;
            }
            Outcome outcome = decode(task);
            role.connection.unwatch(layout.task(task));
            return outcome;
        } catch (NoNodeException e) {
            // S6: our server may be behind.
            role.connection.readBarrier();
            return client.checkExists().forPath(layout.task(task)) == null
                    ? new Outcome.Unknown("the task is gone: collected, or never there")
                    : read(question);
        }
    }

    private Outcome decode(TaskId task) throws Exception {
        Outcome outcome = StatusBytes.decode(client.getData().forPath(layout.status(task)));
        if (!outcome.known()) {
            role.setAside(layout.status(task), "a status that makes no sense");
        }
        return outcome;
    }

    private void answer(Question question, Outcome outcome) {
        role.loop.post(() -> {
            if (questions.remove(question.task, question)) {
                role.announcer.tell(new Event.Learnt(question.task, outcome));
                question.askers.forEach(asker -> asker.complete(outcome));
            }
        });
    }

    /** S6: whoever can't wait any longer hears "unknown". */
    private void dismiss(Question question, CompletableFuture<Outcome> asker, Duration patience) {
        question.askers.remove(asker);
        if (asker.complete(new Outcome.Unknown("no status within " + Durations.format(patience)))
                && question.askers.isEmpty()
                && questions.remove(question.task, question)) {
            role.inPool(() -> role.connection.unwatch(layout.task(question.task)));
        }
    }

    /** A session that lives on keeps no watch of ours. */
    void forget() {
        if (!role.connection.own()) {
            client.removeWatchers();
        }
    }
}
