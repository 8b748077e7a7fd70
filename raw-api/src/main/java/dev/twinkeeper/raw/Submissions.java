package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Submission;
import dev.twinkeeper.raw.session.PhaseGuard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;

/**
 * A client's submits: each at most one task, whatever was lost on the wire (S4).
 *
 * <pre>
 * SUSPENDED  connected, nothing in doubt  → OPEN       send, many creates in one transaction
 *            connected, some in doubt     → RESOLVING  list /tasks, look for our tokens
 * RESOLVING  listed                       → OPEN       found: acknowledged; not found: sent again
 * any        connection lost              → SUSPENDED  what was sent and not answered is in doubt
 * </pre>
 *
 * <p>Every task carries a token of its own in its name. A create whose answer was lost is looked for by it: after a
 * read barrier, in the same session or in a new one whose predecessor has ended, "not there" is final, since a request
 * of the old connection can't arrive any more: see "Lost answers" in docs/protocol.md.
 */
final class Submissions {
    private enum Phase {
        SUSPENDED,
        RESOLVING,
        OPEN
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.SUSPENDED, Set.of(Phase.RESOLVING, Phase.OPEN),
            Phase.RESOLVING, Set.of(Phase.OPEN, Phase.SUSPENDED),
            Phase.OPEN, Set.of(Phase.SUSPENDED));

    /** Transactions under way at a time; while these are, the next batch fills. */
    private static final int PIPELINE = 4;

    /** @param alone whether no other was under way */
    private record Sent(Submission submission, boolean alone, long at) {}

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final Deque<Submission> waiting = new ArrayDeque<>();
    private final Map<String, Sent> unanswered = new LinkedHashMap<>();

    private int underWay;
    private int pipeline = PIPELINE;
    private boolean sendPosted;

    Submissions(ClientRole role) {
        this.role = role;
        this.layout = role.layout;
        this.guard = new PhaseGuard<>(
                role.who + " submissions", role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
    }

    /** Those that were refused, for the backlog is full, are answered already. */
    void add(Collection<Submission> submissions) {
        submissions.stream().filter(each -> !each.answer().isDone()).forEach(waiting::add);
        advance();
    }

    void begin() {
        underWay = 0;
        pipeline = PIPELINE;
        if (unanswered.isEmpty()) {
            open();
        } else {
            resolve();
        }
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
    }

    private void open() {
        guard.enter(Phase.OPEN);
        advance();
    }

    /** Sends once after all submits that are already here, so that they share transactions. */
    private void advance() {
        if (guard.in(Phase.OPEN) && !sendPosted) {
            sendPosted = true;
            role.loop.post(this::send);
        }
    }

    private void send() {
        sendPosted = false;
        while (guard.in(Phase.OPEN) && underWay < pipeline && !waiting.isEmpty()) {
            boolean suspect = waiting.peek().tries().isSuspect();
            if (suspect && underWay > 0) {
                break;
            }
            pipeline = suspect ? 1 : PIPELINE;
            create(Submission.batch(waiting, role.settings.batch()));
        }
    }

    // region submit
    private void create(List<Submission> submissions) {
        List<Sent> batch = new ArrayList<>();
        List<Op> ops = new ArrayList<>();
        for (Submission each : submissions) {
            Sent sent = new Sent(each, pipeline == 1 && submissions.size() == 1, role.loop.now());
            batch.add(sent);
            unanswered.put(each.token(), sent);
            ops.add(Op.create(
                    layout.newTask(each.token()),
                    each.command().bytes(),
                    role.session.acl(),
                    CreateMode.PERSISTENT_SEQUENTIAL));
        }
        underWay++;
        role.zk().multi(ops, guard.multi((code, results) -> onCreated(batch, code, results)), null);
    }

    private void onCreated(List<Sent> batch, Code code, List<OpResult> results) {
        underWay--;
        pipeline = PIPELINE;
        switch (code) {
            case OK -> {
                for (int i = 0; i < batch.size(); i++) {
                    acknowledge(batch.get(i), layout.created(((OpResult.CreateResult) results.get(i)).getPath()));
                }
            }
            default -> refuse(batch, CoordinationException.refused(layout.tasks(), code.name()));
        }
        advance();
    }
    // endregion

    private void acknowledge(Sent sent, TaskId task) {
        unanswered.remove(sent.submission().token());
        role.announcer.tell(new Event.Submitted(task));
        sent.submission().answer().complete(task);
    }

    private void refuse(List<Sent> batch, CoordinationException why) {
        for (Sent sent : batch) {
            unanswered.remove(sent.submission().token());
            sent.submission().answer().completeExceptionally(why);
        }
    }

    // region submit
    /** Answers were lost. The barrier was passed on connecting, so this list is not of the past. */
    private void resolve() {
        guard.enter(Phase.RESOLVING);
        role.zk().getChildren(layout.tasks(), false, guard.children(this::onListed), null);
    }

    private void onListed(Code code, List<String> names, Stat stat) {
        switch (code) {
            case OK -> resolved(names);
            case NONODE -> resolved(List.of());
            default -> {
                List<Sent> lost = List.copyOf(unanswered.values());
                refuse(lost, new CoordinationException(Problem.UNKNOWN, layout.tasks() + " cannot be listed: " + code));
                open();
            }
        }
    }

    private void resolved(List<String> names) {
        for (String name : names) {
            Sent sent = Layout.token(name).map(unanswered::get).orElse(null);
            if (sent != null) {
                role.announcer.tell(new Event.SubmitResolved(true));
                acknowledge(sent, new TaskId(name));
            }
        }
        List<Sent> missing = List.copyOf(unanswered.values());
        unanswered.clear();
        for (int i = missing.size() - 1; i >= 0; i--) {
            sendAgain(missing.get(i));
        }
        open();
    }
    // endregion

    /**
     * Not there, so it was never applied; unless it was done and removed while we were away for so very long. Where it
     * seems to be lost for its size, it is given up.
     */
    private void sendAgain(Sent sent) {
        role.announcer.tell(new Event.SubmitResolved(false));
        sent.submission()
                .lost(sent.alone(), role.loop.now() - sent.at(), role.settings.retention())
                .ifPresentOrElse(why -> refuse(List.of(sent), why), () -> waiting.addFirst(sent.submission()));
    }
}
