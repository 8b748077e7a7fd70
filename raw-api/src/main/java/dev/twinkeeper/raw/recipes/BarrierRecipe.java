package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.AsyncCallback.StatCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * A double barrier by hand: an ephemeral for each member, and a start node whose versions tell the rounds apart.
 *
 * <p><b>Use it</b> where a known number of processes begins a piece of work together and ends it together: a load test, a
 * step of a computation. <b>Do not use it</b> to wait for "everybody" where nobody knows how many that is, as a join of
 * threads in one process, or for many short rounds: each costs every member two writes.
 *
 * <p><b>Znodes.</b> {@code PATH} itself is the start node, persistent. Its data is empty while members gather, and while a
 * round is on it names those who are in it, a name a line, first come, first. {@code PATH/member-NAME} is a member,
 * ephemeral, without data. Other children, and persistent ones of that name, are somebody else's and not counted.
 *
 * <p>ZooKeeper's own recipe has a child {@code ready} for a start node, which comes and goes. That begins at version 0
 * each time: who comes late to delete it deletes that of the next round. The version of a node that stays only rises, so
 * every step here is a compare-and-set on it:
 *
 * <pre>
 * begin     check member … check member, set PATH = names at version v     all of them are there at this zxid
 * withdraw  check PATH at version v, delete member                         no round has begun with us in it
 * reopen    set PATH = nothing at version v                                nobody of the round is there any more
 * </pre>
 *
 * <p>Who comes makes its znode, then reads the start node with a watch; the count of children comes with that, so only
 * the one who completes the number lists them. Everybody is woken by the start node, once.
 *
 * <p>For leaving, the first in the round stays until all others have gone and watches the last; the others go at once and
 * watch the first. So nobody is woken at every leaving, and somebody is woken at every death that matters.
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
 *
 * <p><b>Guarantees not made,</b> besides the contract's. An ephemeral named like a member counts as one, whoever made it.
 * Of members that give different numbers of members the least begins a round.
 */
public final class BarrierRecipe implements Barrier {
    private enum Phase {
        OUT,
        ENTERING,
        WITHDRAWING,
        IN,
        LEAVING
    }

    private static final String MEMBER = "member-";
    private static final byte[] NOTHING = {};
    private static final Set<Code> LOST = EnumSet.of(Code.CONNECTIONLOSS, Code.SESSIONEXPIRED, Code.SESSIONMOVED);

    /** The czxid of what is not there: younger than all there are. */
    private static final long ABSENT = Long.MAX_VALUE;

    /** What a check and a line of a round cost in a request, besides the path and twice the name. */
    private static final int OVERHEAD = 32;

    private final Recipe.Place place;
    private final String me;
    private final String own;
    private final int members;
    private final Keeper keeper;

    /** Each in a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher ownWatcher = event -> onEvent(event, Phase.ENTERING, this::readOwn);

    private final Watcher startWatcher = event -> onEvent(event, Phase.ENTERING, () -> look(false));
    private final Watcher otherWatcher = event -> onEvent(event, Phase.LEAVING, () -> list(this.round));

    private volatile boolean closed;

    /**
     * The start node as it was read: whoever acts on it names its version. Names are used again, so a znode is of this
     * round only if it is older than its beginning, which is a zxid.
     */
    private record Start(int version, long began, List<String> names) {
        Start(Stat stat, byte[] data) {
            this(stat.getVersion(), stat.getMzxid(), new ArrayList<>());
            if (data != null && data.length > 0) {
                names.addAll(List.of(new String(data, UTF_8).split("\n", -1)));
            }
        }
    }

    // Owned by the Keeper's thread.
    private Phase phase = Phase.OUT;
    /** Rises with what makes replies that are still to come void: another phase, another connection. */
    private int era;

    private boolean connected;
    /** Why there is no session, or no path; null where nothing is known of that. */
    private Failure trouble;
    /** Who waits for the end of this phase. */
    private CompletableFuture<Boolean> answer = new CompletableFuture<>();
    /** Of our znode in this session, as far as we have read that it is ours. */
    private long czxid = ABSENT;
    /** The round that we are in. */
    private Start round = new Start(0, 0, List.of());
    /** Of leaving: whether the time is up. */
    private boolean late;
    /** Of withdrawing: why, or null where the time is up. */
    private Failure verdict;
    /** Whose znode we watch when we leave. */
    private String watched;

    /**
     * Opens a session, in the background.
     *
     * @throws Failure {@link Problem#INVALID}; {@link Problem#TOO_LARGE} where so many members with such a path and name
     *     don't fit into one request
     */
    public BarrierRecipe(Recipe.Place place, String member, int members) {
        if (members < 1 || members > MAX_MEMBERS) {
            throw new Failure(Problem.INVALID, members + " members: from 1 to " + MAX_MEMBERS);
        }
        this.place = place;
        this.members = members;
        this.me = MEMBER + Recipe.checkName("member", member);
        this.own = place.path() + "/" + me;
        // Each has its share of the request that begins a round: one that is too large looks like a lost connection.
        long share = OVERHEAD + place.path().getBytes(UTF_8).length + 2L * me.getBytes(UTF_8).length;
        if (share * members > MAX_DATA) {
            throw new Failure(Problem.TOO_LARGE, members + " members with a path and a name as long as " + own);
        }
        this.keeper = new Keeper(place, new Connection());
        keeper.open();
    }

    @Override
    public boolean enter(Duration patience) {
        return ask(this::onEnter, patience);
    }

    @Override
    public boolean leave(Duration patience) {
        return ask(this::onLeave, patience);
    }

    @Override
    public void close() {
        closed = true;
        keeper.post(() -> finish(false, closed()));
        keeper.close();
    }

    /** Who completes the future first decides: a member whose caller was told that it is not in does not stay in. */
    private boolean ask(Consumer<CompletableFuture<Boolean>> what, Duration patience) {
        if (patience.isNegative()) {
            throw new Failure(Problem.INVALID, "patience " + patience + ": zero or more");
        }
        CompletableFuture<Boolean> coming = new CompletableFuture<>();
        keeper.post(() -> what.accept(coming));
        if (closed) {
            coming.completeExceptionally(closed());
        }
        try {
            return awaitOrGiveUp(coming, patience);
        } catch (Failure why) {
            if (coming.completeExceptionally(why)) { // interrupted, or cut off
                keeper.post(() -> onTimeUp(coming));
            } else if (!coming.isCompletedExceptionally()) {
                return coming.join(); // answered in the same moment
            }
            throw why;
        }
    }

    private boolean awaitOrGiveUp(CompletableFuture<Boolean> coming, Duration patience) {
        try {
            return Keeper.await(coming, patience);
        } catch (TimeoutException up) {
            keeper.post(() -> onTimeUp(coming));
        }
        try {
            return Keeper.await(coming, place.sessionTimeout());
        } catch (TimeoutException cutOff) {
            throw new Failure(Problem.CANNOT_CONNECT, "the time is up, and no server can be told so");
        }
    }

    private void onTimeUp(CompletableFuture<Boolean> coming) {
        if (coming == answer && phase == Phase.ENTERING) {
            withdraw(null);
        } else if (coming == answer && phase == Phase.LEAVING) {
            late = true;
            change(Phase.LEAVING);
        }
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, me + " is closed");
    }

    // The session.

    private final class Connection implements Keeper.Owner {
        @Override
        public void connected() {
            connected = true;
            trouble = null;
            change(phase);
        }

        @Override
        public void disconnected() {
            connected = false;
        }

        @Override
        public void expired() {
            boolean lost = czxid != ABSENT;
            connected = false;
            czxid = ABSENT;
            if (phase == Phase.ENTERING && lost) {
                finish(false, new Failure(Problem.SESSION_LOST, me + " lost its session while it waited"));
            } else if (phase == Phase.WITHDRAWING || phase == Phase.LEAVING && late) {
                finish(false, verdict);
            } // B2: else, who was in and died has left
        }

        @Override
        public void failed(Failure why) {
            connected = false;
            trouble = why;
            if (phase != Phase.IN) {
                finish(false, why);
            } // else it is in, and can be told when it leaves
        }
    }

    /** X5: what was refused before is asked for again with each call. */
    private void begin(Phase to, CompletableFuture<Boolean> coming) {
        answer = coming;
        change(to);
        if (trouble != null) {
            keeper.again();
        }
    }

    /** Begins a phase, or begins it again: by reading, or by a request that may be repeated. */
    private void change(Phase to) {
        phase = to;
        era++;
        if (connected) {
            switch (phase) {
                case ENTERING -> arrive();
                case WITHDRAWING -> {
                    keeper.unwatch(place.path());
                    keeper.unwatch(own);
                    readOwn();
                }
                case LEAVING -> {
                    if (late && watched != null) {
                        keeper.unwatch(watched);
                    }
                    list(round);
                }
                case OUT, IN -> {}
            }
        }
    }

    private void finish(boolean well, Failure why) {
        change(Phase.OUT);
        if (why == null) {
            answer.complete(well);
        } else {
            answer.completeExceptionally(why);
        }
    }

    /** Any event uses a watch up, so each has us read again. */
    private void onEvent(WatchedEvent event, Phase of, Runnable read) {
        keeper.post(() -> {
            if (phase == of && connected && event.getType() != EventType.None) {
                read.run();
            }
        });
    }

    /**
     * A reply is dropped if the phase, or the connection, is no longer the one that asked, and if it only says that the
     * connection is lost: the phase begins again with the next one.
     */
    private void reply(int rc, Object asked, Consumer<Code> work) {
        Code code = Code.get(rc);
        keeper.post(() -> {
            if (asked.equals(era) && !LOST.contains(code)) {
                work.accept(code);
            }
        });
    }

    private ZooKeeper zk() {
        return keeper.zk();
    }

    private void refuse(Code code) {
        refuse(Problem.NOT_ALLOWED, place.path() + " is refused: " + code);
    }

    private void refuse(Problem problem, String what) {
        Failure why = new Failure(problem, what);
        if (phase == Phase.ENTERING) {
            withdraw(why);
        } else {
            keeper.expire(); // X4: what may not be taken back goes with its session
            finish(false, why);
        }
    }

    // Entering.

    private void onEnter(CompletableFuture<Boolean> coming) {
        if (phase != Phase.OUT && phase != Phase.IN && answer.isDone()) {
            keeper.expire(); // nobody waits for what is not taken back yet: it goes with its session
        }
        if (phase == Phase.OUT) {
            czxid = ABSENT;
            verdict = null;
            begin(Phase.ENTERING, coming);
        } else {
            coming.completeExceptionally(new Failure(Problem.INVALID, me + " is in already, or on its way"));
        }
    }

    private void arrive() {
        StringCallback arrived = (rc, path, asked, name) -> reply(rc, asked, this::onArrived);
        zk().create(own, NOTHING, Keeper.acl(), CreateMode.EPHEMERAL, arrived, era);
    }

    private void onArrived(Code code) {
        switch (code) {
            case OK, NODEEXISTS -> readOwn(); // B5: made just now, or by a request whose answer was lost
            case NONODE -> onPathGone();
            case NOCHILDRENFOREPHEMERALS -> refuse(Problem.FOREIGN, place.path() + " is somebody's ephemeral");
            default -> refuse(code);
        }
    }

    /** Is it ours? With a watch: an operator may delete it; or it is that of our own dead session, and goes soon. */
    private void readOwn() {
        Watcher watcher = phase == Phase.ENTERING ? ownWatcher : null;
        DataCallback read = (rc, path, asked, data, stat) -> reply(rc, asked, code -> onOwnRead(code, stat));
        zk().getData(own, watcher, read, era);
    }

    private void onOwnRead(Code code, Stat stat) {
        boolean entering = phase == Phase.ENTERING;
        switch (code) {
            case OK -> {
                if (keeper.owns(stat.getEphemeralOwner())) {
                    czxid = stat.getCzxid();
                    look(entering);
                } else if (!entering) {
                    finish(false, verdict);
                } else if (stat.getEphemeralOwner() == 0) {
                    refuse(Problem.FOREIGN, own + " was made by somebody, and stays");
                }
            }
            case NONODE -> {
                if (entering) {
                    arrive();
                } else {
                    finish(false, verdict);
                }
            }
            default -> refuse(code);
        }
    }

    /** Reads the start node. Who was just told that it has changed needs no watch: mostly that is the last news. */
    private void look(boolean watch) {
        Watcher watcher = watch ? startWatcher : null;
        DataCallback looked =
                (rc, path, asked, data, stat) -> reply(rc, asked, code -> onLooked(code, data, stat, watch));
        zk().getData(place.path(), watcher, looked, era);
    }

    private void onLooked(Code code, byte[] data, Stat stat, boolean watches) {
        switch (code) {
            case OK -> onStart(new Start(stat, data), stat.getNumChildren(), watches);
            case NONODE -> onPathGone();
            default -> refuse(code);
        }
    }

    /** Somebody deleted the whole barrier. */
    private void onPathGone() {
        if (phase == Phase.ENTERING) {
            keeper.again();
        } else {
            finish(phase == Phase.LEAVING, verdict);
        }
    }

    private void onStart(Start start, int children, boolean watches) {
        // B1: with the znode that we have now.
        if (start.names().contains(me) && czxid < start.began()) {
            if (watches) {
                keeper.unwatch(place.path());
            }
            pass(start);
        } else if (phase == Phase.WITHDRAWING) {
            retract(start);
        } else if (!start.names().stream().allMatch(name -> name.startsWith(MEMBER))) {
            refuse(Problem.FOREIGN, place.path() + " holds somebody's data");
        } else if (!watches) {
            look(true);
        } else if (!start.names().isEmpty() || children >= members) {
            list(start);
        } // else the watch tells
    }

    private void pass(Start start) {
        round = start;
        verdict = null;
        change(Phase.IN);
        if (!answer.complete(true)) {
            late = true; // nobody waits any more
            change(Phase.LEAVING);
        }
    }

    private void list(Start start) {
        Children2Callback listed =
                (rc, path, asked, children, stat) -> reply(rc, asked, code -> onListed(code, start, children, stat));
        zk().getChildren(place.path(), false, listed, era);
    }

    private void onListed(Code code, Start start, List<String> children, Stat stat) {
        switch (code) {
            case OK -> {
                List<String> there = new ArrayList<>(start.names());
                there.retainAll(new HashSet<>(children));
                if (phase == Phase.LEAVING) {
                    onLeft(there, stat.getMzxid() != start.began());
                } else if (start.names().isEmpty()) {
                    children.removeIf(child -> !child.startsWith(MEMBER));
                    verify(start, children.stream().limit(MAX_MEMBERS).toList());
                } else {
                    verify(start, there);
                }
            }
            case NONODE -> onPathGone();
            default -> refuse(code);
        }
    }

    /** The list has names only; who made them, and when, is one request more, however many they are. */
    private void verify(Start start, List<String> names) {
        List<Op> reads = names.stream()
                .map(name -> Op.getData(place.path() + "/" + name))
                .toList();
        MultiCallback verified =
                (rc, path, asked, results) -> reply(rc, asked, code -> onVerified(code, start, names, results));
        zk().multi(reads, verified, era);
    }

    private void onVerified(Code code, Start start, List<String> names, List<OpResult> results) {
        Map<Long, String> live = new TreeMap<>(); // by czxid: first come, first
        for (int i = 0; results != null && i < results.size(); i++) {
            // X2: what is named like a member and is no ephemeral is none.
            if (results.get(i) instanceof OpResult.GetDataResult read
                    && read.getStat().getEphemeralOwner() != 0) {
                live.put(read.getStat().getCzxid(), names.get(i));
            }
        }
        switch (code) {
            case OK, NONODE, NOAUTH -> {
                if (start.names().isEmpty()) {
                    if (live.size() >= members) {
                        begin(start, live.values().stream().limit(members).toList());
                    } // else some have gone since, and whoever comes counts again
                } else if (live.keySet().stream().anyMatch(created -> created < start.began())) {
                    refuse(Problem.FULL, "a round of " + place.path() + " is on");
                } else {
                    reopen(start); // B4: all of them died, and nobody could
                }
            }
            default -> refuse(code);
        }
    }

    private void begin(Start start, List<String> names) {
        List<Op> ops = new ArrayList<>();
        names.forEach(name -> ops.add(Op.check(place.path() + "/" + name, -1))); // B1, B3: there at this zxid
        ops.add(Op.setData(place.path(), String.join("\n", names).getBytes(UTF_8), start.version()));
        zk().multi(ops, (rc, path, asked, results) -> reply(rc, asked, code -> onBegun(code, start)), era);
    }

    private void onBegun(Code code, Start start) {
        switch (code) {
            case OK, BADVERSION -> {} // by us or by another who counted: the watch tells
            case NONODE -> list(start); // one of them has gone, and somebody may have come meanwhile
            default -> refuse(code);
        }
    }

    private void reopen(Start start) {
        StatCallback reopened = (rc, path, asked, stat) -> reply(rc, asked, this::onReopened);
        zk().setData(place.path(), NOTHING, start.version(), reopened, era);
    }

    private void onReopened(Code code) {
        switch (code) {
            case OK, BADVERSION, NONODE -> {
                if (phase == Phase.LEAVING) {
                    finish(true, null);
                } // else the watch tells
            }
            default -> refuse(code);
        }
    }

    // Not entering after all.

    private void withdraw(Failure why) {
        verdict = why;
        change(Phase.WITHDRAWING);
    }

    private void retract(Start start) {
        List<Op> ops = List.of(Op.check(place.path(), start.version()), Op.delete(own, -1));
        zk().multi(ops, (rc, path, asked, results) -> reply(rc, asked, this::onRetracted), era);
    }

    private void onRetracted(Code code) {
        switch (code) {
            case OK, NONODE -> finish(false, verdict);
            case BADVERSION -> look(false); // a round has begun, perhaps with us
            default -> refuse(code);
        }
    }

    // Leaving.

    private void onLeave(CompletableFuture<Boolean> coming) {
        if (phase == Phase.IN) {
            late = false;
            watched = null;
            begin(Phase.LEAVING, coming);
        } else {
            coming.completeExceptionally(new Failure(Problem.NOT_HELD, me + " is not in"));
        }
    }

    /**
     * @param there those of the round who have not left yet, first come, first
     * @param over somebody has reopened it
     */
    private void onLeft(List<String> there, boolean over) {
        boolean here = czxid != ABSENT && there.contains(me);
        if (here && (over || late || there.size() == 1 || !there.get(0).equals(me))) {
            depart(there, over);
        } else if (over) {
            finish(true, null);
        } else if (there.isEmpty()) {
            reopen(round); // B4
        } else if (late) {
            finish(false, null);
        } else {
            watch(there.get(here ? there.size() - 1 : 0));
        }
    }

    /** The last one out reopens in the same step: those who watch it find the round over, and need not try. */
    private void depart(List<String> there, boolean over) {
        List<Op> ops = new ArrayList<>(List.of(Op.delete(own, -1)));
        if (!over && there.size() == 1) {
            ops.add(Op.setData(place.path(), NOTHING, round.version()));
        }
        MultiCallback departed = (rc, path, asked, results) -> reply(rc, asked, code -> onDeparted(code, there, over));
        zk().multi(ops, departed, era);
    }

    private void onDeparted(Code code, List<String> there, boolean over) {
        switch (code) {
            case OK -> {
                czxid = ABSENT;
                there.remove(me);
                onLeft(there, over || there.isEmpty());
            }
            case NONODE -> {
                czxid = ABSENT; // deleted by a request whose answer was lost
                list(round);
            }
            case BADVERSION -> list(round); // somebody's hand has reopened it
            default -> refuse(code);
        }
    }

    /** getData rather than exists, which would leave a watch where it is gone already. */
    private void watch(String name) {
        watched = place.path() + "/" + name;
        DataCallback seen = (rc, path, asked, data, stat) -> reply(rc, asked, code -> onWatched(code, name, stat));
        zk().getData(watched, otherWatcher, seen, era);
    }

    private void onWatched(Code code, String name, Stat stat) {
        switch (code) {
            case OK -> {
                if (stat.getCzxid() > round.began()) { // it has gone, and come for the next round
                    keeper.unwatch(watched);
                    round.names().remove(name);
                    list(round);
                }
            }
            case NONODE -> list(round);
            default -> refuse(code);
        }
    }
}
