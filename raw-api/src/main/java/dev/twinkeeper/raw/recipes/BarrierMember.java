package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;

/**
 * A member of a {@link BarrierRecipe}: its phases, and what its way in and its way out have in common. On the session's
 * thread.
 *
 * <pre>
 * OUT         enter                     → ENTERING     make our znode, read it, look at the start node; in another session,
 *                                                      where nobody waits any more for what is not taken back yet
 * ENTERING    round on, with us         → IN
 *             round on, some are there  → WITHDRAWING  FULL
 *             round on, none is there   → ENTERING     reopen, look again
 *             enough children           → ENTERING     list, verify, begin
 *             our znode is deleted      → ENTERING     from the beginning
 *             time up                   → WITHDRAWING
 *             session lost              → OUT
 * WITHDRAWING round on, with us         → IN           it began before the time was up
 *             our znode is gone         → OUT
 * IN          leave                     → LEAVING
 * LEAVING     alone, and in             → OUT          delete our znode and reopen, in one
 *             first                     → LEAVING      watch the last
 *             not first                 → LEAVING      delete our znode, watch the first
 *             nobody is there           → OUT          reopen
 *             round is over             → OUT
 *             time up                   → OUT          delete our znode
 * any, not IN no path to be had         → OUT          each call asks for it again
 *             may not take it back      → OUT          end the session, and with it our znode
 * </pre>
 */
final class BarrierMember implements RecipeConnection.Owner {
    enum Phase {
        OUT,
        ENTERING,
        WITHDRAWING,
        IN,
        LEAVING
    }

    private static final Map<Phase, Set<Phase>> TRANSITIONS = Map.of(
            Phase.OUT, Set.of(Phase.ENTERING),
            Phase.ENTERING, Set.of(Phase.OUT, Phase.IN, Phase.WITHDRAWING),
            Phase.WITHDRAWING, Set.of(Phase.OUT, Phase.IN),
            Phase.IN, Set.of(Phase.OUT, Phase.LEAVING),
            Phase.LEAVING, Set.of(Phase.OUT));

    static final String PREFIX = "member-";
    static final byte[] NOTHING = {};

    /** The czxid of what is not there: younger than all there are. */
    static final long ABSENT = Long.MAX_VALUE;

    private final String name;
    private final int members;
    private RecipeConnection connection;
    private PhaseGuard<Phase> guard;
    private BarrierEntry entry;
    private BarrierExit exit;

    /** Why there is no session, or no path; null where nothing is known of that. */
    private Failure trouble;

    /** Who waits for the end of this phase. */
    private CompletableFuture<Boolean> answer = new CompletableFuture<>();

    /** Of our znode in this session, as far as we have read that it is ours. */
    private long czxid = ABSENT;

    /** Of withdrawing: why, or null where the time is up. */
    private Failure failure;

    /** @param name of its znode */
    BarrierMember(String name, int members) {
        this.name = name;
        this.members = members;
    }

    void use(RecipeConnection own) {
        connection = own;
        guard = own.guard(name, Phase.OUT, TRANSITIONS);
        entry = new BarrierEntry(this, own, members);
        exit = new BarrierExit(this, own);
    }

    String name() {
        return name;
    }

    // What is asked of it.

    void enter(CompletableFuture<Boolean> coming) {
        if (!guard.in(Phase.OUT) && !guard.in(Phase.IN) && answer.isDone()) {
            connection.renewSession(); // nobody waits for what is not taken back yet: it goes with its session
        }
        if (guard.in(Phase.OUT)) {
            czxid = ABSENT;
            failure = null;
            begin(Phase.ENTERING, coming);
        } else {
            coming.completeExceptionally(new Failure(Problem.INVALID, name + " is in already, or on its way"));
        }
    }

    void leave(CompletableFuture<Boolean> coming) {
        if (guard.in(Phase.IN)) {
            exit.begin();
            begin(Phase.LEAVING, coming);
        } else {
            coming.completeExceptionally(new Failure(Problem.NOT_HELD, name + " is not in"));
        }
    }

    /** X5: what was refused before is asked for again with each call. */
    private void begin(Phase to, CompletableFuture<Boolean> coming) {
        answer = coming;
        change(to);
        if (trouble != null) {
            connection.again();
        }
    }

    void onTimeUp(CompletableFuture<Boolean> coming) {
        if (coming == answer && guard.in(Phase.ENTERING)) {
            withdraw(null);
        } else if (coming == answer && guard.in(Phase.LEAVING)) {
            exit.hurry();
            change(Phase.LEAVING);
        }
    }

    // The connection.

    @Override
    public void connected() {
        trouble = null;
        change(guard.phase());
    }

    @Override
    public void expired() {
        boolean lost = czxid != ABSENT;
        czxid = ABSENT;
        if (guard.in(Phase.ENTERING) && lost) {
            finish(false, new Failure(Problem.SESSION_LOST, name + " lost its session while it waited"));
        } else if (guard.in(Phase.WITHDRAWING) || guard.in(Phase.LEAVING) && exit.isLate()) {
            finish(false, failure);
        } // B2: else, who was in and died has left
    }

    @Override
    public void failed(Failure why) {
        trouble = why;
        if (!guard.in(Phase.IN)) {
            finish(false, why);
        } // else it is in, and can be told when it leaves
    }

    // The phases.

    /** Begins a phase, or begins it again: by reading, or by a request that may be repeated. */
    private void change(Phase to) {
        guard.enter(to);
        if (connection.isConnected()) {
            switch (to) {
                case ENTERING -> entry.arrive();
                case WITHDRAWING -> entry.withdraw();
                case LEAVING -> exit.look();
                case OUT, IN -> {}
            }
        }
    }

    void withdraw(Failure why) {
        failure = why;
        change(Phase.WITHDRAWING);
    }

    /** A round is on, with us. */
    void pass(BarrierStart round) {
        failure = null;
        change(Phase.IN);
        exit.use(round);
        if (!answer.complete(true)) { // nobody waits any more
            exit.begin();
            exit.hurry();
            change(Phase.LEAVING);
        }
    }

    /** As the end of withdrawing asks for it. */
    void finish() {
        finish(false, failure);
    }

    void finish(boolean well, Failure why) {
        change(Phase.OUT);
        if (why == null) {
            answer.complete(well);
        } else {
            answer.completeExceptionally(why);
        }
    }

    /** Somebody deleted the whole barrier. */
    void onPathGone() {
        if (guard.in(Phase.ENTERING)) {
            connection.again();
        } else {
            finish(guard.in(Phase.LEAVING), failure);
        }
    }

    void refuse(Code code) {
        refuse(connection.refused("it", code));
    }

    void refuse(Problem problem, String what) {
        refuse(new Failure(problem, what));
    }

    private void refuse(Failure why) {
        if (guard.in(Phase.ENTERING)) {
            withdraw(why);
        } else {
            connection.renewSession(); // X4: what may not be taken back goes with its session
            finish(false, why);
        }
    }

    /** Any event uses a watch up, so each has us read again. */
    void onEvent(WatchedEvent event, Phase of, Runnable read) {
        connection.post(() -> {
            if (guard.in(of) && connection.isConnected() && event.getType() != EventType.None) {
                read.run();
            }
        });
    }

    boolean in(Phase phase) {
        return guard.in(phase);
    }

    /** The way in for replies: of this phase and this connection only. */
    PhaseGuard<Phase> replies() {
        return guard;
    }

    ZooKeeper zk() {
        return connection.zk();
    }

    String own() {
        return connection.path(name);
    }

    long czxid() {
        return czxid;
    }

    /** Our znode is there, by that zxid; or {@link #ABSENT}. */
    void found(long created) {
        czxid = created;
    }

    /** Has the start node set to nobody: compare-and-set, so that it ends no later round. */
    void reopen(int version) {
        zk().setData(connection.path(), NOTHING, version, guard.stat((code, stat) -> onReopened(code)), null);
    }

    private void onReopened(Code code) {
        switch (code) {
            case OK, BADVERSION, NONODE -> {
                if (guard.in(Phase.LEAVING)) {
                    finish(true, null);
                } // else the watch tells
            }
            default -> refuse(code);
        }
    }
}
