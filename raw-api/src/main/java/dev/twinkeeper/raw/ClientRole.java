package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.loop.Backlog;
import dev.twinkeeper.loop.Submission;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/**
 * A client: {@link Submissions} makes tasks, {@link Outcomes} learns what became of them, {@link Removals} takes them
 * away. Each of the three begins again by itself when the connection is back.
 *
 * <pre>
 * SUSPENDED  connected            → PREPARING  barrier, parents
 * PREPARING  all there            → OPEN
 * any        connection lost      → SUSPENDED
 *            another code         → SUSPENDED  said once; PREPARING again after a second
 * </pre>
 */
final class ClientRole extends Participant implements Client {
    private enum Phase {
        SUSPENDED,
        PREPARING,
        OPEN
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.SUSPENDED, Set.of(Phase.PREPARING),
            Phase.PREPARING, Set.of(Phase.OPEN, Phase.SUSPENDED),
            Phase.OPEN, Set.of(Phase.SUSPENDED));

    /** Final, since ZooKeeper tells watchers apart by equality. */
    final Watcher taskWatcher = event -> loop.post(() -> onTaskChanged(event));

    private final PhaseGuard<Phase> guard;
    private final Submissions submissions;
    private final Outcomes outcomes;
    private final Removals removals;

    private final Backlog backlog;

    ClientRole(Settings settings, Listener listener, Session session) {
        super("client", settings, listener, session);
        this.backlog = new Backlog(settings.backlog());
        this.guard = new PhaseGuard<>(who, loop, Phase.SUSPENDED, TRANSITIONS, announcer::answered);
        this.submissions = new Submissions(this);
        this.outcomes = new Outcomes(this);
        this.removals = new Removals(this);
        announcer.queue(RoleQueue.BACKLOG, backlog::size);
    }

    @Override
    public List<CompletionStage<TaskId>> submitAll(List<Payload> commands) {
        List<Submission> made = Submission.all(commands, backlog);
        loop.post(() -> submissions.add(made));
        return made.stream().map(each -> each.answer().minimalCompletionStage()).toList();
    }

    @Override
    public CompletionStage<Outcome> outcome(TaskId task, Duration patience) {
        Objects.requireNonNull(task);
        Objects.requireNonNull(patience);
        CompletableFuture<Outcome> answer = backlog.admit();
        loop.post(() -> outcomes.add(task, patience, answer));
        return answer.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Boolean> collect(TaskId task) {
        Objects.requireNonNull(task);
        CompletableFuture<Boolean> answer = backlog.admit();
        loop.post(() -> removals.add(task, answer));
        return answer.minimalCompletionStage();
    }

    @Override
    void begin() {
        guard.enter(Phase.PREPARING);
        parents(guard, layout.parents(), this::open, this::fail).ensure();
    }

    private void open() {
        guard.enter(Phase.OPEN);
        submissions.begin();
        outcomes.begin();
        removals.begin();
        becomeReady();
    }

    @Override
    void suspend() {
        guard.enter(Phase.SUSPENDED);
        submissions.suspend();
        outcomes.suspend();
        removals.suspend();
    }

    /** L4: nothing here hangs on the session; whatever was asked is asked again. */
    @Override
    void renew() {}

    @Override
    protected void leave(Runnable done) {
        suspend();
        done.run();
    }

    @Override
    protected void abandon(CoordinationException why) {
        backlog.end(why);
    }

    private void onTaskChanged(WatchedEvent event) {
        onWatched(event, () -> {
            if (guard.in(Phase.OPEN)) {
                outcomes.onChanged(event.getPath());
            }
        });
    }

    private void fail(String path, Code code) {
        suspend();
        loop.after(PAUSE, guard.pass(this::begin));
        setBack(layout.tasks(), "make " + path, code.name());
    }
}
