package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.raw.session.Batches;
import dev.twinkeeper.raw.session.PhaseGuard;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;

/**
 * A client's collects: task and status are deleted in one transaction, so that nobody sees a task without the status
 * that it had (S5).
 *
 * <pre>
 * SUSPENDED  connected        → OPEN       send what was never sent; of what got no answer, look whether it is there
 * OPEN       looked: there    → OPEN       send it again
 *            looked: gone     → OPEN       it was ours
 *            connection lost  → SUSPENDED  what was sent and not answered is in doubt
 * </pre>
 *
 * <p>The barrier was passed on connecting, so what is there was not removed, and will not be by a request of the old
 * connection: see "Lost answers" in docs/protocol.md.
 */
final class Removals {
    private enum Phase {
        SUSPENDED,
        OPEN
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS =
            Map.of(Phase.SUSPENDED, Set.of(Phase.OPEN), Phase.OPEN, Set.of(Phase.SUSPENDED));

    private static final int OPERATIONS = 2;

    private final ClientRole role;
    private final Layout layout;
    private final PhaseGuard<Phase> guard;
    private final Set<Removal> unanswered = new LinkedHashSet<>();

    private Batches<Removal> removals;
    private Batches<Removal> looks;

    private static final class Removal {
        final TaskId task;
        final CompletableFuture<Boolean> answer;
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
            removals.add(removal);
        }
    }

    void begin() {
        guard.enter(Phase.OPEN);
        removals = Batches.ofWrites(
                role.session,
                guard,
                role.settings.batch() / OPERATIONS,
                removal -> Batches.SMALL,
                this::removal,
                code -> false,
                this::onRemoved);
        looks = Batches.ofReads(
                role.session, guard, looks, removal -> Op.getChildren(layout.task(removal.task)), this::onLooked);
        unanswered.forEach(removal -> (removal.inDoubt ? looks : removals).add(removal));
    }

    void suspend() {
        if (guard.in(Phase.OPEN)) {
            removals.underWay().forEach(removal -> removal.inDoubt = true);
        }
        guard.enter(Phase.SUSPENDED);
    }

    private List<Op> removal(Removal removal) {
        return List.of(Op.delete(layout.status(removal.task), -1), Op.delete(layout.task(removal.task), -1));
    }

    private void onRemoved(Removal removal, Code code, OpResult result) {
        switch (code) {
            case OK -> answer(removal, true);
            case NONODE -> answer(removal, false);
            case NOTEMPTY -> {
                role.announcer.setAside(layout.task(removal.task), "it has children that are none of ours");
                answer(removal, false);
            }
            default -> refuse(removal, code);
        }
    }

    /** An earlier try of ours got no answer. If the task is gone now, that is what became of it. */
    private void onLooked(Removal removal, Code code, OpResult result) {
        switch (code) {
            // Also NOAUTH: the ensemble looks for the task before it looks at permissions.
            case OK, NOAUTH -> {
                removal.inDoubt = false;
                removals.add(removal);
            }
            case NONODE -> answer(removal, true);
            default -> refuse(removal, code);
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
