package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.raw.session.Batches;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Window;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher.WatcherType;

/**
 * A client's questions about outcomes. The oldest are asked first, in rounds, many in one packet: tasks are done in about
 * the order of their submits, so under load most rounds learn much, and no watch has to be set. A question that was asked
 * in vain sets one watch on its task's children, which tells of the status and of the task's removal; then the status is
 * read.
 *
 * <pre>
 * SUSPENDED  connected        → OPEN       ask for every task again, for watches tell nothing of the gap (L4)
 * OPEN       connection lost  → SUSPENDED  patience runs on
 * </pre>
 *
 * <p>A question without an answer, while that is open:
 *
 * <pre>
 * BEHIND     among the oldest, and no round is under way  → ASKED
 *            patience is up                               → READ     however short it is, the task is looked at
 * ASKED      no status, and the round pays                → BEHIND   in front: a tenth had a status
 *            no status, and others wait behind it         → BEHIND   in front, after a pause; until 16 rounds did not pay
 *            no status                                    → WATCHED
 * WATCHED    the watch tells, or the status came before   → READ
 * READ       no status                                    → WATCHED
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

    /** After so many rounds in a row that don't pay, half a second's, what they ask about is watched. */
    private static final int LEAN = 16;

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final Map<TaskId, Question> questions = new LinkedHashMap<>();
    private final Deque<Question> behind = new ArrayDeque<>();

    private Window looks;
    private Batches<Question> reads;
    private Batches<Question> asks;

    /** The one that is posted, waited for or under way; null for none. */
    private Round round;

    /** Before a next round that asks again. */
    private Duration pause;

    /** Rounds in a row that did not pay. */
    private int lean;

    /** The questions that are asked together. */
    private static final class Round {
        /** Four packets, which are under way at a time. */
        static final int MOST = 240;

        /** One of so many must have an answer. The others cost that one a sixth of a packet then; a watch costs two. */
        static final int PAYS = 10;

        static final Duration FIRST_PAUSE = Duration.ofMillis(5);

        /** Nobody with so many tasks outstanding waits for one of them for less than this. */
        static final Duration LONGEST_PAUSE = Duration.ofMillis(40);

        final List<Question> vain = new ArrayList<>();
        int size;
        int answered;

        boolean pays() {
            return vain.size() * PAYS <= size * (PAYS - 1);
        }

        /** The pause before the next one, so that between a quarter and half of that has a status. */
        Duration next(Duration pause) {
            if (2 * vain.size() < size) {
                return pause.dividedBy(2);
            }
            if (4 * vain.size() <= 3 * size) {
                return pause;
            }
            Duration longer = pause.compareTo(FIRST_PAUSE) < 0 ? FIRST_PAUSE : pause.multipliedBy(2);
            return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
    }

    /** All who wait for one task. */
    private static final class Question {
        final TaskId task;
        final List<Asker> askers = new ArrayList<>(1);

        /** A "not there" after a barrier is final. */
        boolean confirmed;

        boolean watched;

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
        if (!guard.in(Phase.OPEN)) {
            return;
        }
        if (question.watched) {
            reads.add(question);
        } else if (question.askers.size() == 1) {
            behind.add(question);
            advance();
        }
    }

    void begin() {
        guard.enter(Phase.OPEN);
        looks = new Window(role.settings.window());
        reads = Batches.ofReads(role.session, guard, reads, this::read, this::onRead);
        asks = Batches.ofReads(role.session, guard, asks, this::read, this::onAsked);
        round = null;
        pause = Duration.ZERO;
        lean = 0;
        behind.clear();
        for (Question question : questions.values()) {
            question.confirmed = false;
            question.watched = false;
            behind.add(question);
        }
        advance();
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
        List.copyOf(questions.values()).forEach(this::dismissImpatient);
    }

    void onChanged(String path) {
        if (layout.place(path) instanceof Place.TaskNode node && questions.containsKey(node.task())) {
            reads.add(questions.get(node.task()));
        }
    }

    /** The next round begins after all questions that are already here, so that they share it. */
    private void advance() {
        if (round == null && !behind.isEmpty()) {
            round = new Round();
            role.loop.post(guard.pass(this::askOldest));
        }
    }

    private void askOldest() {
        while (round.size < Round.MOST && !behind.isEmpty()) {
            Question question = behind.remove();
            if (questions.get(question.task) == question) {
                round.size++;
                asks.add(question);
            }
        }
        if (round.size == 0) {
            round = null;
        }
    }

    private void onAsked(Question question, Code code, OpResult result) {
        round.answered++;
        if (code == Code.NONODE) {
            round.vain.add(question);
        }
        if (round.answered == round.size) {
            onRoundOver(round);
        }
        if (code != Code.NONODE) {
            onRead(question, code, result);
        }
    }

    private void onRoundOver(Round over) {
        boolean pays = over.pays();
        boolean others = !behind.isEmpty();
        lean = pays || !others ? 0 : lean + 1;
        pause = others ? over.next(pause) : Duration.ZERO;
        round = null;
        if (pays || others && lean < LEAN) {
            Collections.reverse(over.vain);
            over.vain.forEach(behind::addFirst);
        } else {
            over.vain.forEach(this::look);
        }
        if (others && !over.vain.isEmpty()) {
            round = new Round();
            role.loop.after(pause, guard.pass(this::askOldest));
        } else {
            advance();
        }
    }

    // region learn
    private void look(Question question) {
        if (questions.get(question.task) != question) {
            return; // Whoever asked is gone by now, and needs no watch.
        }
        question.watched = true;
        looks.send(() -> role.zk()
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
                    reads.add(question);
                    unwatch(question.task);
                } else {
                    question.askers.forEach(asker -> asker.looked = true);
                    dismissImpatient(question);
                }
                looks.answered();
            }
            case NONODE -> {
                if (question.confirmed) {
                    answer(
                            question,
                            new Outcome.Unknown(Outcome.Reason.GONE, "the task is gone: collected, or never there"));
                } else {
                    confirm(question);
                }
                looks.answered();
            }
            default -> {
                answer(question, new Outcome.Unknown(Outcome.Reason.UNREADABLE, "the task cannot be read: " + code));
                looks.answered();
            }
        }
    }
    // endregion

    private void confirm(Question question) {
        looks.send(() -> role.session.readBarrier(guard, () -> onFresh(question)));
    }

    private void onFresh(Question question) {
        question.confirmed = true;
        look(question);
        looks.answered();
    }

    // region learn
    private Op read(Question question) {
        return Op.getData(layout.status(question.task));
    }

    private void onRead(Question question, Code code, OpResult result) {
        switch (code) {
            case OK -> {
                Outcome outcome = StatusBytes.decode(((OpResult.GetDataResult) result).getData());
                if (!outcome.known()) {
                    role.announcer.setAside(layout.status(question.task), "a status that makes no sense");
                }
                answer(question, outcome);
            }
            // None yet, or the task is gone.
            case NONODE -> look(question);
            default ->
                answer(question, new Outcome.Unknown(Outcome.Reason.UNREADABLE, "the status cannot be read: " + code));
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
        } else if (questions.get(question.task) == question) {
            reads.add(question);
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
            looks.send(() -> role.zk()
                    .removeAllWatches(
                            layout.task(task), WatcherType.Any, false, guard.done(code -> looks.answered()), null));
        }
    }
}
