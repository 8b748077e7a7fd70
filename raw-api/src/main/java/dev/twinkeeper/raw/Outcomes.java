package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.WatcherType;

/**
 * A client's questions about outcomes. Each question reads the status. If there is none yet, it sets one watch on the
 * task's children, which tells of the status and of the task's removal; then the status is read again.
 *
 * <pre>
 * SUSPENDED  connected        → OPEN       ask for every task again, for watches tell nothing of the gap (L4)
 * OPEN       connection lost  → SUSPENDED  patience runs on
 * </pre>
 *
 * <p>"Not there" is confirmed by a second read behind a read barrier: the server may be behind the one that took the
 * submit.
 */
final class Outcomes {
    private enum Phase {
        SUSPENDED,
        OPEN
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS =
            Map.of(Phase.SUSPENDED, Set.of(Phase.OPEN), Phase.OPEN, Set.of(Phase.SUSPENDED));

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final Map<TaskId, Question> questions = new LinkedHashMap<>();

    private Window window;

    /** All who wait for one task. */
    private static final class Question {
        final TaskId task;
        final List<Asker> askers = new ArrayList<>(1);

        /** A "not there" after a barrier is final. */
        boolean confirmed;

        Question(TaskId task) {
            this.task = task;
        }
    }

    /** One who waits. However short the patience, the task is looked at once. */
    private static final class Asker {
        final Duration patience;
        final CompletableFuture<Outcome> answer;
        Loop.Timer patienceUp;
        boolean looked;
        boolean impatient;

        Asker(Duration patience, CompletableFuture<Outcome> answer) {
            this.patience = patience;
            this.answer = answer;
        }
    }

    Outcomes(ClientRole role) {
        this.role = role;
        this.layout = role.layout;
        this.guard = new PhaseGuard<>(
                role.who + " outcomes", role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
    }

    void add(TaskId task, Duration patience, CompletableFuture<Outcome> answer) {
        if (answer.isDone()) {
            return;
        }
        Asker asker = new Asker(patience, answer);
        Question question = questions.computeIfAbsent(task, Question::new);
        question.askers.add(asker);
        asker.patienceUp = role.loop.after(patience, () -> onPatienceUp(question, asker));
        if (guard.in(Phase.OPEN)) {
            read(question);
        }
    }

    void begin() {
        guard.enter(Phase.OPEN);
        window = new Window(role.settings.window());
        for (Question question : questions.values()) {
            question.confirmed = false;
            read(question);
        }
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
        List.copyOf(questions.values()).forEach(this::dismissImpatient);
    }

    void onChanged(String path) {
        if (layout.place(path) instanceof Place.TaskNode node && questions.containsKey(node.task())) {
            read(questions.get(node.task()));
        }
    }

    // region learn
    private void look(Question question) {
        if (questions.get(question.task) != question) {
            return; // Whoever asked is gone by now, and needs no watch.
        }
        window.send(() -> role.zk()
                .getChildren(
                        layout.task(question.task),
                        role.taskWatcher,
                        guard.children((code, names, stat) -> onLooked(question, code, names)),
                        null));
    }

    private void onLooked(Question question, Code code, List<String> names) {
        switch (code) {
            case OK -> {
                if (names.contains(Layout.STATUS)) {
                    // It came after we had read, and before the watch: that has nothing more to tell.
                    read(question);
                    unwatch(question.task);
                } else {
                    question.askers.forEach(asker -> asker.looked = true);
                    dismissImpatient(question);
                }
                window.answered();
            }
            case NONODE -> {
                if (question.confirmed) {
                    answer(
                            question,
                            new Outcome.Unknown(Outcome.Reason.GONE, "the task is gone: collected, or never there"));
                } else {
                    confirm(question);
                }
                window.answered();
            }
            default -> {
                answer(question, new Outcome.Unknown(Outcome.Reason.UNREADABLE, "the task cannot be read: " + code));
                window.answered();
            }
        }
    }
    // endregion

    private void confirm(Question question) {
        window.send(() -> role.session.readBarrier(guard, () -> onFresh(question)));
    }

    private void onFresh(Question question) {
        question.confirmed = true;
        look(question);
        window.answered();
    }

    // region learn
    private void read(Question question) {
        window.send(() -> role.zk()
                .getData(
                        layout.status(question.task),
                        false,
                        guard.data((code, data, stat) -> onRead(question, code, data)),
                        null));
    }

    private void onRead(Question question, Code code, byte[] data) {
        switch (code) {
            case OK -> {
                Outcome outcome = StatusBytes.decode(data);
                if (!outcome.known()) {
                    role.announcer.setAside(layout.status(question.task), "a status that makes no sense");
                }
                answer(question, outcome);
                window.answered();
            }
            // None yet, or the task is gone.
            case NONODE -> {
                look(question);
                window.answered();
            }
            default -> {
                answer(question, new Outcome.Unknown(Outcome.Reason.UNREADABLE, "the status cannot be read: " + code));
                window.answered();
            }
        }
    }
    // endregion

    private void answer(Question question, Outcome outcome) {
        if (questions.remove(question.task, question)) {
            role.announcer.tell(new Event.Learnt(question.task, outcome));
            question.askers.forEach(asker -> asker.patienceUp.cancel());
            question.askers.forEach(asker -> asker.answer.complete(outcome));
        }
    }

    private void onPatienceUp(Question question, Asker asker) {
        asker.impatient = true;
        if (asker.looked || !guard.in(Phase.OPEN)) {
            dismissImpatient(question);
        }
    }

    /** S6: whoever can't wait any longer hears "unknown", and nothing else. */
    private void dismissImpatient(Question question) {
        List<Asker> leaving =
                question.askers.stream().filter(asker -> asker.impatient).toList();
        question.askers.removeAll(leaving);
        if (question.askers.isEmpty() && questions.remove(question.task, question)) {
            unwatch(question.task);
        }
        leaving.forEach(asker -> asker.answer.complete(
                new Outcome.Unknown(Outcome.Reason.TIME_UP, "no status within " + Durations.format(asker.patience))));
    }

    /** A question that nobody asks any more leaves no watch behind; in the window, so that it overtakes no look. */
    private void unwatch(TaskId task) {
        if (guard.in(Phase.OPEN)) {
            // All, not ours: removing a single watcher is the client's own affair, and the server goes on sending. Not
            // "local": then a connection lost before the answer is told to that watcher, and to nobody else.
            window.send(() -> role.zk()
                    .removeAllWatches(
                            layout.task(task), WatcherType.Any, false, guard.done(code -> window.answered()), null));
        }
    }
}
