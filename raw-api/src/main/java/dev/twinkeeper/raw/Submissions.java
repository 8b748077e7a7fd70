package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.raw.session.PhaseGuard;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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

    /** Half of what a server takes in one request, so that names and headers never matter. */
    private static final int BATCH_BYTES = 512 * 1024;

    /** Transactions under way at a time; while these are, the next batch fills. */
    private static final int PIPELINE = 4;

    /** A command on its way to become a task. */
    record Submission(Payload command, CompletableFuture<TaskId> answer) {}

    /** A submission that was sent, with what finds it again. */
    private record Sent(String token, Submission submission, long at) {}

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final String client = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private final Deque<Submission> waiting = new ArrayDeque<>();
    private final Map<String, Sent> unanswered = new LinkedHashMap<>();

    private long serial;
    private int underWay;
    private boolean sendPosted;

    Submissions(ClientRole role) {
        this.role = role;
        this.layout = role.layout;
        this.guard = new PhaseGuard<>(role.who + " submissions", role.loop, Phase.SUSPENDED, TRANSITIONS);
    }

    /** Those that were refused, for the backlog is full, are answered already. */
    void add(Collection<Submission> submissions) {
        submissions.stream().filter(each -> !each.answer().isDone()).forEach(waiting::add);
        advance();
    }

    void begin() {
        underWay = 0;
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
        while (guard.in(Phase.OPEN) && underWay < PIPELINE && !waiting.isEmpty()) {
            create(nextBatch());
        }
    }

    private List<Sent> nextBatch() {
        List<Sent> batch = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && batch.size() < role.settings.batch()) {
            bytes += waiting.peek().command().size();
            if (!batch.isEmpty() && bytes > BATCH_BYTES) {
                break;
            }
            String token = client + Long.toString(serial++, Character.MAX_RADIX);
            batch.add(new Sent(token, waiting.remove(), role.loop.now()));
        }
        return batch;
    }

    // region submit
    private void create(List<Sent> batch) {
        List<Op> ops = new ArrayList<>();
        for (Sent sent : batch) {
            unanswered.put(sent.token(), sent);
            ops.add(Op.create(
                    layout.newTask(sent.token()),
                    sent.submission().command().bytes(),
                    role.session.acl(),
                    CreateMode.PERSISTENT_SEQUENTIAL));
        }
        underWay++;
        role.zk().multi(ops, guard.multi((code, results) -> onCreated(batch, code, results)), null);
    }

    private void onCreated(List<Sent> batch, Code code, List<OpResult> results) {
        underWay--;
        switch (code) {
            case OK -> {
                for (int i = 0; i < batch.size(); i++) {
                    acknowledge(batch.get(i), layout.created(((OpResult.CreateResult) results.get(i)).getPath()));
                }
            }
            // The sequence of /tasks is 2^31-1 creates long, and at its end ZooKeeper answers this for ever.
            case NODEEXISTS -> refuse(batch, Problem.FULL, "the sequence of " + layout.tasks() + " is used up");
            case NOAUTH -> refuse(batch, Problem.NOT_ALLOWED, "no permission to create below " + layout.tasks());
            case NONODE -> refuse(batch, Problem.IN_THE_WAY, "somebody deleted " + layout.tasks());
            case NOCHILDRENFOREPHEMERALS ->
                refuse(batch, Problem.IN_THE_WAY, layout.tasks() + " is ephemeral, and has no children");
            case QUOTAEXCEEDED -> refuse(batch, Problem.FULL, "a quota on " + layout.tasks() + " or above is used up");
            case THROTTLEDOP -> refuse(batch, Problem.FULL, "the servers have too much to do: submit it again later");
            default -> refuse(batch, Problem.UNKNOWN, "the ensemble answered " + code);
        }
        advance();
    }
    // endregion

    private void acknowledge(Sent sent, TaskId task) {
        unanswered.remove(sent.token());
        role.announcer.tell(new Event.Submitted(task));
        sent.submission().answer().complete(task);
    }

    private void refuse(List<Sent> batch, Problem problem, String message) {
        for (Sent sent : batch) {
            unanswered.remove(sent.token());
            sent.submission().answer().completeExceptionally(new CoordinationException(problem, message));
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
                refuse(lost, Problem.UNKNOWN, layout.tasks() + " cannot be listed: " + code);
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

    /** Not there, so it was never applied; unless it was done and removed while we were away for so very long. */
    private void sendAgain(Sent sent) {
        role.announcer.tell(new Event.SubmitResolved(false));
        if (role.loop.now() - sent.at() < role.settings.retention().toNanos()) {
            waiting.addFirst(sent.submission());
        } else {
            refuse(
                    List.of(sent),
                    Problem.UNKNOWN,
                    "no answer for " + Durations.format(role.settings.retention())
                            + ": the task may have been done and removed since");
        }
    }
}
