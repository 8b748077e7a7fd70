package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.CuratorEvent;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;

/**
 * A leader election with Curator's LeaderLatch, and what it leaves to its user.
 *
 * <p><b>Use it</b> where one of several equal processes does something for as long as it can. Where leading is one piece
 * of work that ends, see {@link SelectorElection}. <b>Do not use it</b> where two must never do it at the same moment and
 * what it is done to can't refuse a token: no election can give that.
 *
 * <p><b>Znodes.</b> {@code PATH/_c_UUID-latch-NNNNNNNNNN}, ephemeral sequential, with the candidate's name in UTF-8 as
 * its data: what LeaderLatch makes of its id, and the raw twin too. The token is the znode's czxid.
 *
 * <p><b>What LeaderLatch does for you.</b> The queue, the watch on the one before, the protected create, a new znode where
 * its own is gone, and the end of leadership when the connection is suspended.
 *
 * <p><b>What it leaves to you.</b>
 *
 * <ul>
 *   <li>A token: it has none. We read the czxid of {@code getOurPath()}.
 *   <li>Its own znode: it does not watch it (CURATOR-171), so that two lead when somebody deletes it. We watch it while
 *       we lead; a deleted one of a candidate that waits is noticed when it would lead, and it queues again.
 *   <li>The znode of a session that Curator gave up by its own clock: where the servers still keep it when the next one
 *       connects, it waits on there, and is in no queue once that one is gone. We queue again when a session is lost.
 *   <li>A thread: without an executor its listeners are called on ZooKeeper's event thread, within its monitor.
 *   <li>Resigning: a latch leads until it is closed. We close it, and make another.
 *   <li>A refusal of the servers: it writes a line to the log, and tells nobody. We look at the place before we queue,
 *       which finds an ephemeral in the way; a missing permission stays unheard.
 *   <li>Others' znodes in its path: all children are its queue. One that sorts before the numbers is waited for, for ever.
 *   <li>One znode: where its create was lost it makes another one when the connection is back, while Curator tries the
 *       first again. For a moment there are two; the earlier one is deleted, and with it a place in the queue.
 *   <li>Changed data: where somebody sets the data of the znode before, its watch is used up, and it does not look again.
 * </ul>
 */
public final class ElectionRecipe implements Election {
    /** What close waits for its thread: about what Curator's three tries can take. */
    private static final Duration CLOSE = Duration.ofSeconds(6);

    private final Recipe.Place place;
    private final String candidate;
    private final Listener listener;
    private final CuratorFramework client;

    /** Ours: calls the listener, and owns the latch. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor(this::daemon);

    /** For calls that wait. */
    private final ExecutorService callers = Executors.newCachedThreadPool(work -> {
        Thread caller = new Thread(work, "reads candidates");
        caller.setDaemon(true);
        return caller;
    });

    /** In a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher watcher = event -> post(() -> onEvent(event));

    /** Whether we entered. */
    private boolean candidacy;

    /** Our znode, where we have read it. */
    private String own;

    private volatile LeaderLatch latch;
    private volatile Term term;
    private volatile Thread current;
    private volatile Failure end;

    /** Opens a session, in the background. */
    public ElectionRecipe(Recipe.Place place, String candidate, Listener listener) {
        this.place = place;
        this.candidate = Recipe.checkName("candidate", candidate);
        this.listener = listener;
        this.client = Keeper.client(place);
        client.getConnectionStateListenable().addListener((unused, state) -> onState(state), this::post);
        client.start();
    }

    @Override
    public void enter() {
        checkOpen();
        post(() -> {
            if (!candidacy) {
                candidacy = true;
                look();
            }
        });
    }

    @Override
    public Optional<Term> term() {
        // E2: the latch hears of a lost connection on a thread of its own, and may hear late that it leads.
        LeaderLatch now = latch;
        boolean certain = now != null
                && now.hasLeadership()
                && client.getZookeeperClient().isConnected();
        return Optional.ofNullable(certain ? term : null);
    }

    @Override
    public void resign() {
        checkOpen();
        post(() -> {
            if (latch != null) {
                gone();
            }
        });
    }

    @Override
    public void close() {
        end = new Failure(Problem.CLOSED, "the candidate " + candidate + " is closed");
        callers.shutdownNow();
        post(this::leave);
        thread.shutdown();
        if (Thread.currentThread() == current) {
            return;
        }
        try {
            thread.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** E7: where the servers still keep the last session, the latch would find its old znode, and wait there on. */
    private void onState(ConnectionState state) {
        if (state == ConnectionState.LOST && latch != null) {
            gone();
        }
    }

    // Into the queue.

    /** The latch would make the place as a container, and tell nobody where it can't be one for candidates. */
    private void look() {
        ask(() -> client.checkExists()
                .inBackground((c, event) -> post(() -> onLooked(event)))
                .forPath(place.path()));
    }

    private void onLooked(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK -> {
                if (event.getStat().getEphemeralOwner() == 0) {
                    join();
                } else {
                    fail(new Failure(Problem.FOREIGN, place.path() + " is somebody's ephemeral"));
                }
            }
            case NONODE -> make();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> look(); // Curator has tried for a while
            default -> fail(refused("the place", event.getResultCode()));
        }
    }

    private void make() {
        ask(() -> client.create()
                .creatingParentsIfNeeded()
                .inBackground((c, event) -> post(() -> onMade(event)))
                .forPath(place.path()));
    }

    private void onMade(CuratorEvent event) {
        switch (Code.get(event.getResultCode())) {
            case OK, NODEEXISTS, NONODE, CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> look();
            case NOCHILDRENFOREPHEMERALS ->
                fail(new Failure(Problem.FOREIGN, "above " + place.path() + " is an ephemeral of somebody"));
            default -> fail(refused("the place", event.getResultCode()));
        }
    }

    private void join() {
        LeaderLatch next = new LeaderLatch(client, place.path(), candidate);
        next.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        onLeader(next);
                    }

                    @Override
                    public void notLeader() {
                        if (latch == next) {
                            depose();
                        }
                    }
                },
                this::post);
        latch = next;
        ask(next::start);
    }

    private void onLeader(LeaderLatch from) {
        String path = from.getOurPath();
        if (latch == from && from.hasLeadership() && path != null) {
            readOwn(path);
        }
    }

    /** What the latch does not do: for the token, and for the watch that tells when an operator deletes it. */
    private void readOwn(String path) {
        own = path;
        ask(() -> client.getData()
                .usingWatcher(watcher)
                .inBackground((c, event) -> post(() -> onOwnRead(event, path)))
                .forPath(path));
    }

    private void onOwnRead(CuratorEvent event, String path) {
        if (latch == null || !path.equals(latch.getOurPath())) {
            return;
        }
        switch (Code.get(event.getResultCode())) {
            case OK -> {
                if (term == null && latch.hasLeadership()) {
                    lead(event.getStat().getCzxid());
                }
            }
            case NONODE -> gone();
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED -> {} // the latch tells anew that it leads
            default -> fail(refused("our own znode", event.getResultCode()));
        }
    }

    private void onEvent(WatchedEvent event) {
        if (latch == null || own == null || !own.equals(event.getPath())) {
            return; // of the connection, or of a znode that we left
        }
        if (event.getType() != EventType.NodeDeleted) {
            readOwn(own); // its data was set: the watch is used up
        } else if (own.equals(latch.getOurPath())) {
            gone();
        } else {
            // The latch had two, and gave up the one that we knew: it may lead on by the other without a word.
            depose();
            onLeader(latch);
        }
    }

    /** E2: our znode is not there, or no longer; another one may lead already. A latch that was closed can't start again. */
    private void gone() {
        depose();
        closeLatch();
        join();
    }

    private void closeLatch() {
        own = null;
        if (latch != null) {
            ask(latch::close);
            latch = null;
        }
    }

    // In the queue.

    private void lead(long token) {
        term = new Term(candidate, token);
        tell(() -> listener.elected(term));
    }

    private void depose() {
        Term over = term;
        term = null;
        if (over != null) {
            tell(() -> listener.deposed(over));
        }
    }

    /** What a listener throws is told as any thread's would be; it must not stop us in the middle. */
    private static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, e);
        }
    }

    private void leave() {
        depose(); // before the znode goes, and with it the next one comes
        closeLatch();
        client.close();
    }

    private void fail(Failure why) {
        end = end != null ? end : why;
        leave();
        tell(() -> listener.failed(why));
    }

    private Failure refused(String what, int rc) {
        return new Failure(Problem.NOT_ALLOWED, place.path() + ": " + what + " is refused: " + Code.get(rc));
    }

    // The queue.

    @Override
    public List<String> candidates(Duration patience) {
        checkOpen();
        try {
            List<Callable<List<String>>> reading = List.of(this::list); // interrupted when the time is up
            return callers.invokeAny(reading, TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Failure(Problem.CANNOT_CONNECT, "no server answered in " + patience);
        } catch (ExecutionException | RejectedExecutionException e) {
            checkOpen(); // closed meanwhile
            throw new Failure(Problem.NOT_ALLOWED, "the candidates can't be read: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }

    /** Until it is interrupted: Curator gives up after its tries, and the caller may have more patience. */
    private List<String> list() throws Exception {
        LeaderLatch reader = new LeaderLatch(client, place.path(), candidate);
        while (true) {
            try {
                Keeper.readBarrier(client); // which the latch does not do: our server may be behind
                return reader.getParticipants().stream().map(Participant::getId).toList();
            } catch (KeeperException.ConnectionLossException | KeeperException.SessionExpiredException e) {
                if (end != null) {
                    throw e;
                }
            }
        }
    }

    private void checkOpen() {
        if (end != null) {
            throw new Failure(end.problem(), end.getMessage());
        }
    }

    private void post(Runnable work) {
        try {
            thread.execute(work);
        } catch (RejectedExecutionException e) {
            // Closed: nobody is there any more to whom it would matter.
        }
    }

    private Thread daemon(Runnable work) {
        current = new Thread(work, "recipe " + place.path());
        current.setDaemon(true);
        return current;
    }

    private interface Call {
        void run() throws Exception;
    }

    /** What is asked in the background answers in the background; it throws where the client has been closed. */
    private void ask(Call call) {
        try {
            call.run();
        } catch (Exception e) {
            if (end == null) {
                throw new IllegalStateException(e);
            }
        }
    }
}
