package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.WatcherRemoveCuratorFramework;
import org.apache.curator.framework.api.CuratorWatcher;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;

/** A client's questions: each task is read, and watched only where it has no status yet. */
final class Outcomes {
    private final ClientRole role;

    /** It knows the watches that are set through it, so that a shared client can be rid of them. */
    final WatcherRemoveCuratorFramework client;

    private final Set<Question> questions = ConcurrentHashMap.newKeySet();
    private volatile long session;

    Outcomes(ClientRole role) {
        this.role = role;
        this.client = role.client.newWatcherRemoveCuratorFramework();
    }

    /** A question about one task. */
    private record Question(
            Outcomes outcomes, TaskId task, CompletableFuture<Outcome> answer, CompletableFuture<Void> looked)
            implements CuratorWatcher {
        @Override
        public void process(WatchedEvent event) {
            if (event.getType() == EventType.NodeChildrenChanged || event.getType() == EventType.NodeDeleted) {
                outcomes.role.watchFired();
                outcomes.ask(this);
            }
        }
    }

    void add(TaskId task, Duration patience, CompletableFuture<Outcome> answer) {
        Question question = new Question(this, task, answer, new CompletableFuture<>());
        questions.add(question);
        ask(question);
        Loop.Timer timer = role.loop.after(patience, () -> dismiss(question, patience));
        answer.whenComplete((outcome, failure) -> timer.cancel());
        answer.whenComplete((outcome, failure) -> questions.remove(question));
    }

    private void ask(Question question) {
        if (!question.answer.isDone()) {
            role.inPool(() -> learn(question));
        }
    }

    /** L4: in a new session there are no watches. In the old one ZooKeeper sets them again, and nothing is missed. */
    void askAgain() {
        long now = role.connection.session();
        if (now != session) {
            session = now;
            questions.forEach(this::ask);
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
            if (role.connection.regained(e)) {
                ask(question);
            } else {
                answer(question, new Outcome.Unknown(Outcome.Reason.UNREADABLE, "the ensemble answered " + e.code()));
            }
        }
    }

    // region learn
    /** Null where there is no status yet; its coming is then told. */
    private Outcome read(Question question) throws Exception {
        String task = role.layout.task(question.task);
        try {
            return decode(question.task);
        } catch (NoNodeException none) {
            // So it is worth a watch.
        }
        try {
            List<String> children = client.getChildren().usingWatcher(question).forPath(task);
            if (!children.contains(Layout.STATUS)) {
                return null;
            }
            role.connection.unwatch(task);
            return decode(question.task);
        } catch (NoNodeException e) {
            return role.connection.isGone(task)
                    ? new Outcome.Unknown(Outcome.Reason.GONE, "the task is gone: collected, or never there")
                    : read(question);
        }
    }

    private Outcome decode(TaskId task) throws Exception {
        Outcome outcome = StatusBytes.decode(client.getData().forPath(role.layout.status(task)));
        if (!outcome.known()) {
            role.setAside(role.layout.status(task), "a status that makes no sense");
        }
        return outcome;
    }
    // endregion

    private void answer(Question question, Outcome outcome) {
        role.loop.post(() -> {
            if (!question.answer.isDone()) {
                role.announcer.tell(new Event.Learnt(question.task, outcome));
                question.answer.complete(outcome);
            }
        });
    }

    /** S6: when the patience is up, the outcome is "unknown"; but a first look has at least a second. */
    private void dismiss(Question question, Duration patience) {
        Outcome unknown = new Outcome.Unknown(Outcome.Reason.TIME_UP, "no status within " + Durations.format(patience));
        question.looked
                .completeOnTimeout(null, Participant.PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                .thenRun(() -> role.loop.post(() -> question.answer.complete(unknown)));
        role.inPool(() -> client.watchers().remove(question).inBackground().forPath(role.layout.task(question.task)));
    }
}
