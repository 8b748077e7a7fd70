package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;

/**
 * A leader election with Curator's other recipe for it, {@link LeaderSelector}: a lock that calls a method of yours
 * while it is held.
 *
 * <p><b>Not kept: E2, E4, E8, E9; take {@link ElectionRecipe}, or the raw one, where that matters.</b> A lost
 * connection costs it its place, whether it leads or waits: its adapter cancels the election, and the znode is deleted
 * when the connection is back (E2, E4). It can't give up a place in the queue (E4). It waits for ever behind a child
 * that sorts before the numbers (E8). It reports no refusal, and with {@code autoRequeue} tries again at once, for ever
 * (E9).
 *
 * <p><b>Use it</b> where leading is one piece of work that ends, or that may be handed on from time to time: when
 * {@code takeLeadership} returns, the next one leads, and with {@code autoRequeue} this one goes to the end of the
 * queue. Where leading lasts as long as it can, {@link ElectionRecipe} with its LeaderLatch does better.
 *
 * <p><b>Other differences from LeaderLatch.</b> You lead <em>while a method runs</em>, on the selector's thread. The
 * method must react to interrupts, which tell it to stop. A latch calls you at the beginning and at the end, and does
 * not occupy a thread. Its znodes are those of its InterProcessMutex: {@code PATH/_c_UUID-lock-NNNNNNNNNN}: it can't
 * queue with a latch.
 *
 * <p><b>What is added,</b> as with the latch: a token, and a watch on its own znode (CURATOR-49). It does not tell
 * which one that is; it is the first in the queue.
 */
public final class SelectorElection implements Election {
    /** What close waits for the work to end. */
    private static final int CLOSE_SECONDS = 6;

    private final Keeper keeper;
    private final String candidate;
    private final Listener listener;
    private final LeaderSelector selector;

    /** The selector's: on which it leads, and calls the listener. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor(this::daemon);

    /** Ends the work of this term. */
    private volatile CountDownLatch over = new CountDownLatch(1);

    private volatile Keeper.Own own;
    private volatile Term term;
    private volatile Thread leading;
    private boolean entered;

    /** With a session of its own. */
    public SelectorElection(Recipe.Place place, String candidate, Listener listener) {
        this(Recipe.checkName("candidate", candidate), listener, new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public SelectorElection(CuratorFramework client, String path, String candidate, Listener listener) {
        this(Recipe.checkName("candidate", candidate), listener, new Keeper(client, path));
    }

    private SelectorElection(String candidate, Listener listener, Keeper keeper) {
        this.keeper = keeper;
        this.candidate = candidate;
        this.listener = listener;
        // The adapter, and not the interface: it is what cancels the election when the connection is suspended or lost.
        this.selector = new LeaderSelector(keeper.client, keeper.path, thread, new LeaderSelectorListenerAdapter() {
            @Override
            public void takeLeadership(CuratorFramework unused) throws Exception {
                lead();
            }
        });
        selector.setId(candidate);
        selector.autoRequeue();
    }

    @Override
    public synchronized void enter() {
        keeper.checkOpen();
        if (!entered) {
            entered = true;
            keeper.begin(
                    () -> {
                        keeper.makePlace();
                        selector.start();
                    },
                    why -> keeper.fail(why, () -> listener.failed(why)));
        }
    }

    @Override
    public Optional<Term> term() {
        Keeper.Own leaders = own;
        return leaders != null && leaders.isOurs() ? Optional.ofNullable(term) : Optional.empty();
    }

    /** Where this candidate leads; a place in the queue can't be given up. */
    @Override
    public void resign() {
        keeper.checkOpen();
        over.countDown();
    }

    @Override
    public List<String> candidates(Duration patience) {
        return keeper.call(patience, () -> {
            keeper.readBarrier();
            return selector.getParticipants().stream().map(Participant::getId).toList();
        });
    }

    @Override
    public void close() {
        keeper.close(() -> {}, () -> {
            try {
                selector.close(); // interrupts the work, and removes the znode when it has ended
            } catch (IllegalStateException e) {
                // It was not started.
            }
            thread.shutdown();
            if (Thread.currentThread() != leading) {
                thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            }
        });
    }

    /** One term, from its beginning to its end, as takeLeadership wants it. */
    private void lead() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        over = end;
        Keeper.Own leaders = keeper.own(first(), end::countDown);
        Term mine = new Term(candidate, leaders.token.get());
        own = leaders;
        term = mine;
        if (!leaders.isOurs()) {
            return; // our znode is gone already
        }
        try {
            Keeper.tell(() -> listener.elected(mine));
            end.await();
        } finally {
            term = null;
            leaders.giveUp();
            Keeper.tell(() -> listener.deposed(mine));
        }
    }

    private String first() throws Exception {
        return keeper.path + "/"
                + keeper.client.getChildren().forPath(keeper.path).stream()
                        .filter(child -> child.contains("lock-"))
                        .min(Comparator.comparing(child -> child.substring(child.lastIndexOf("lock-"))))
                        .orElseThrow(() -> new IllegalStateException("nobody leads at " + keeper.path));
    }

    private Thread daemon(Runnable work) {
        leading = new Thread(work, "leads");
        leading.setDaemon(true);
        return leading;
    }
}
