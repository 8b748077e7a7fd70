package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Window;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/**
 * A client's collects: task and status are deleted in one transaction, so that nobody sees a task without the status
 * that it had (S5).
 *
 * <pre>
 * SUSPENDED  connected        → OPEN       send what has no answer yet, again
 * OPEN       connection lost  → SUSPENDED
 * </pre>
 *
 * <p>Sending it again is safe: a second removal finds nothing. Only after a lost answer is it unclear whether the first
 * one was ours.
 */
final class Removals {
    private enum Phase {
        SUSPENDED,
        OPEN
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS =
            Map.of(Phase.SUSPENDED, Set.of(Phase.OPEN), Phase.OPEN, Set.of(Phase.SUSPENDED));

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final Set<Removal> unanswered = new LinkedHashSet<>();

    private Window window;

    private static final class Removal {
        final TaskId task;
        final CompletableFuture<Boolean> answer;
        boolean sent;
        boolean inDoubt;

        Removal(TaskId task, CompletableFuture<Boolean> answer) {
            this.task = task;
            this.answer = answer;
        }
    }

    Removals(ClientRole role) {
        this.role = role;
        this.layout = role.layout;
        this.guard = new PhaseGuard<>(
                role.who + " removals", role.loop, Phase.SUSPENDED, TRANSITIONS, role.announcer::answered);
    }

    void add(TaskId task, CompletableFuture<Boolean> answer) {
        if (answer.isDone()) {
            return;
        }
        Removal removal = new Removal(task, answer);
        unanswered.add(removal);
        if (guard.in(Phase.OPEN)) {
            remove(removal);
        }
    }

    void begin() {
        guard.enter(Phase.OPEN);
        window = new Window(role.settings.window());
        unanswered.forEach(this::remove);
    }

    void suspend() {
        guard.enter(Phase.SUSPENDED);
        unanswered.forEach(removal -> removal.inDoubt = removal.sent);
    }

    private void remove(Removal removal) {
        List<Op> ops = List.of(Op.delete(layout.status(removal.task), -1), Op.delete(layout.task(removal.task), -1));
        window.send(() -> {
            removal.sent = true;
            role.zk().multi(ops, guard.multi((code, results) -> onRemoved(removal, code)), null);
        });
    }

    private void onRemoved(Removal removal, Code code) {
        switch (code) {
            case OK -> {
                window.answered();
                answer(removal, true);
            }
            case NONODE -> {
                if (removal.inDoubt) {
                    lookWhetherGone(removal);
                } else {
                    answer(removal, false);
                }
                window.answered();
            }
            case NOTEMPTY -> {
                window.answered();
                role.announcer.setAside(layout.task(removal.task), "it has children that are none of ours");
                answer(removal, false);
            }
            // Also NOAUTH: the ensemble looks for the task before it looks at permissions, so it was not removed
            // before.
            default -> {
                window.answered();
                refuse(removal, code);
            }
        }
    }

    /** An earlier try of ours got no answer. If the task is gone now, that is what became of it. */
    private void lookWhetherGone(Removal removal) {
        window.send(() -> role.zk()
                .exists(layout.task(removal.task), false, guard.stat((code, stat) -> onLooked(removal, code)), null));
    }

    private void onLooked(Removal removal, Code code) {
        switch (code) {
            case OK -> {
                window.answered();
                answer(removal, false);
            }
            case NONODE -> {
                window.answered();
                answer(removal, true);
            }
            // It is there, so no earlier try of ours removed it.
            default -> {
                window.answered();
                refuse(removal, code);
            }
        }
    }

    private void answer(Removal removal, boolean removed) {
        unanswered.remove(removal);
        if (removed) {
            role.announcer.tell(new Event.Collected(removal.task));
        }
        removal.answer.complete(removed);
    }

    private void refuse(Removal removal, Code code) {
        unanswered.remove(removal);
        String task = layout.task(removal.task);
        removal.answer.completeExceptionally(
                code == Code.NOAUTH
                        ? CoordinationException.refused(task, code.name())
                        : CoordinationException.unknown(task, code.name()));
    }
}
