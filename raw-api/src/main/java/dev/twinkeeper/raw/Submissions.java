package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Submission;
import dev.twinkeeper.raw.session.Batches;
import dev.twinkeeper.raw.session.PhaseGuard;
import java.util.Collection;
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

    /** One without an answer; {@code at} is when it was sent last, {@code alone} whether no other was under way. */
    private static final class Sent {
        final Submission submission;
        boolean inDoubt;
        boolean alone;
        long at;

        Sent(Submission submission) {
            this.submission = submission;
        }

        /** S4: in doubt from now on, and not only when the connection is lost: a mistake may hide the answer. */
        void at(long now) {
            inDoubt = true;
            alone = false;
            at = now;
        }
    }

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final Map<String, Sent> unanswered = new LinkedHashMap<>();

    private Batches<Sent> creates;

    Submissions(ClientRole role) {
        this.role = role;
        this.layout = role.layout;
        this.guard = new PhaseGuard<>(
                role.who + " submissions", role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
    }

    /** Those that were refused, for the backlog is full, are answered already. */
    void add(Collection<Submission> submissions) {
        for (Submission each : submissions) {
            if (!each.answer().isDone()) {
                Sent sent = new Sent(each);
                unanswered.put(each.token(), sent);
                if (guard.in(Phase.OPEN)) {
                    creates.add(sent);
                }
            }
        }
    }

    void begin() {
        if (inDoubt().isEmpty()) {
            open();
        } else {
            resolve();
        }
    }

    void suspend() {
        if (guard.in(Phase.OPEN)) {
            List<Sent> lost = creates.underWay();
            lost.forEach(sent -> sent.alone = lost.size() == 1);
        }
        guard.enter(Phase.SUSPENDED);
    }

    private void open() {
        guard.enter(Phase.OPEN);
        creates = Batches.ofWrites(
                role.session,
                guard,
                role.settings.batch(),
                sent -> sent.submission.tries(),
                this::create,
                code -> code != Code.QUOTAEXCEEDED,
                this::onCreated);
        unanswered.values().forEach(creates::add);
    }

    // region submit
    private List<Op> create(Sent sent) {
        sent.at(role.loop.now());
        String path = layout.newTask(sent.submission.token());
        byte[] command = sent.submission.command().bytes();
        return List.of(Op.create(path, command, role.session.acl(path), CreateMode.PERSISTENT_SEQUENTIAL));
    }

    private void onCreated(Sent sent, Code code, OpResult result) {
        switch (code) {
            case OK -> acknowledge(sent, layout.created(((OpResult.CreateResult) result).getPath()));
            default -> refuse(sent, CoordinationException.refused(layout.tasks(), code.name()));
        }
    }
    // endregion

    private void acknowledge(Sent sent, TaskId task) {
        unanswered.remove(sent.submission.token());
        role.announcer.tell(new Event.Submitted(task));
        sent.submission.answer().complete(task);
    }

    private void refuse(Sent sent, CoordinationException why) {
        unanswered.remove(sent.submission.token());
        sent.submission.answer().completeExceptionally(why);
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
                CoordinationException why =
                        new CoordinationException(Problem.UNKNOWN, layout.tasks() + " cannot be listed: " + code);
                inDoubt().forEach(sent -> refuse(sent, why));
                open();
            }
        }
    }

    private List<Sent> inDoubt() {
        return unanswered.values().stream().filter(sent -> sent.inDoubt).toList();
    }

    private void resolved(List<String> names) {
        for (String name : names) {
            Sent sent = Layout.token(name).map(unanswered::get).orElse(null);
            if (sent != null) {
                role.announcer.tell(new Event.SubmitResolved(true));
                acknowledge(sent, new TaskId(name));
            }
        }
        inDoubt().forEach(this::sendAgain);
        open();
    }
    // endregion

    /**
     * Not there, so it was never applied; unless it was done and removed while we were away for so very long. Where it
     * seems to be lost for its size, it is given up.
     */
    private void sendAgain(Sent sent) {
        role.announcer.tell(new Event.SubmitResolved(false));
        sent.submission
                .lost(sent.alone, role.loop.now() - sent.at, role.settings.retention())
                .ifPresentOrElse(why -> refuse(sent, why), () -> sent.inDoubt = false);
    }
}
