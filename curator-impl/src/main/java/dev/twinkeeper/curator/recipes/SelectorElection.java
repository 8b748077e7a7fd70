package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.data.Stat;

/**
 * A leader election with Curator's other recipe for it, LeaderSelector: a lock that calls a method of yours while it is
 * held.
 *
 * <p><b>Use it</b> where leading is one piece of work that ends, or that may be handed on from time to time: when
 * {@code takeLeadership} returns, the next one leads, and with {@code autoRequeue} this one goes to the end of the queue.
 * Where leading lasts as long as it can, {@link ElectionRecipe} with its LeaderLatch does better.
 *
 * <p><b>What separates it from LeaderLatch.</b>
 *
 * <ul>
 *   <li>You lead <em>while a method runs</em>, on the selector's thread. It has to honour interrupts: that is how it is
 *       told to stop. A latch calls you twice, and leaves you your threads.
 *   <li>To resign is to return. A latch has to be closed and made again. But a selector that waits can't resign its place.
 *   <li>A lost connection costs it its place, whether it leads or waits: its adapter cancels the election, and the znode
 *       is deleted when the connection is back. A latch keeps its znode, and leads on with the same token.
 *   <li>Its znodes are those of its InterProcessMutex: {@code PATH/_c_UUID-lock-NNNNNNNNNN}. It can't queue with a latch.
 *   <li>It does not tell its znode: we look for it, for the token.
 * </ul>
 *
 * <p>It shares with the latch that it does not watch its own znode (CURATOR-49): we do; and that all children of its path
 * are its queue: one that sorts before the numbers is waited for, for ever. What it does not do: tell where the servers
 * refuse it. With {@code autoRequeue} it tries again at once, for ever.
 */
public final class SelectorElection implements Election {
    private static final String LOCK = "lock-";

    /** What close waits for its thread: about what Curator's three tries can take. */
    private static final Duration CLOSE = Duration.ofSeconds(6);

    private final Recipe.Place place;
    private final String candidate;
    private final Listener listener;
    private final CuratorFramework client;

    /** The selector's: calls the listener. */
    private final ExecutorService thread = Executors.newSingleThreadExecutor(this::daemon);

    private final LeaderSelector selector;

    /** Ends the work of this term. */
    private volatile CountDownLatch over = new CountDownLatch(1);

    private volatile Term term;
    private volatile Thread current;
    private volatile boolean entered;
    private volatile boolean closed;

    /** Opens a session, in the background. */
    public SelectorElection(Recipe.Place place, String candidate, Listener listener) {
        this.place = place;
        this.candidate = Recipe.checkName("candidate", candidate);
        this.listener = listener;
        this.client = Keeper.client(place);
        // The adapter, and not the interface: it is what cancels the election when the connection is suspended or lost.
        this.selector = new LeaderSelector(client, place.path(), thread, new LeaderSelectorListenerAdapter() {
            @Override
            public void takeLeadership(CuratorFramework leading) throws Exception {
                lead();
            }
        });
        selector.setId(candidate);
        selector.autoRequeue();
        client.start();
    }

    @Override
    public void enter() {
        checkOpen();
        if (!entered) {
            entered = true;
            selector.start();
        }
    }

    @Override
    public Optional<Term> term() {
        return client.getZookeeperClient().isConnected() ? Optional.ofNullable(term) : Optional.empty();
    }

    /** Where this candidate leads; a place in the queue can't be given up. */
    @Override
    public void resign() {
        checkOpen();
        over.countDown();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (entered) {
                selector.close(); // interrupts the work, and removes the znode when it has ended
            }
            thread.execute(client::close); // then, also where a listener closes, which can't wait
            thread.shutdown();
        }
        if (Thread.currentThread() == current) {
            return;
        }
        try {
            thread.awaitTermination(CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }

    /** One term, from its beginning to its end, as takeLeadership wants it. */
    private void lead() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        over = end;
        Watcher watcher = event -> {
            if (event.getType() != EventType.None) {
                end.countDown(); // deleted, or tampered with; and the watch is used up
            }
        };
        Stat stat = new Stat();
        client.getData().storingStatIn(stat).usingWatcher(watcher).forPath(first());
        if (stat.getEphemeralOwner()
                != client.getZookeeperClient().getZooKeeper().getSessionId()) {
            return; // our znode is gone already
        }
        term = new Term(candidate, stat.getCzxid());
        Term mine = term;
        try {
            listener.elected(mine);
            end.await();
        } finally {
            term = null;
            listener.deposed(mine);
        }
    }

    /** The first of the queue, which is ours where we lead. */
    private String first() throws Exception {
        List<String> children = client.getChildren().forPath(place.path());
        String first = children.stream()
                .filter(child -> child.contains(LOCK))
                .min(Comparator.comparing(child -> child.substring(child.lastIndexOf(LOCK))))
                .orElseThrow(() -> new IllegalStateException("nobody leads at " + place.path()));
        return place.path() + "/" + first;
    }

    @Override
    public List<String> candidates(Duration patience) {
        checkOpen();
        CompletableFuture<List<String>> reading = CompletableFuture.supplyAsync(() -> {
            try {
                Keeper.readBarrier(client);
                return selector.getParticipants().stream()
                        .map(Participant::getId)
                        .toList();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            return reading.get(TimeUnit.MILLISECONDS.convert(patience), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw closed ? closed() : new Failure(Problem.CANNOT_CONNECT, "no server answered: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Problem.CLOSED, "interrupted while waiting");
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    private Failure closed() {
        return new Failure(Problem.CLOSED, "the candidate " + candidate + " is closed");
    }

    private Thread daemon(Runnable work) {
        current = new Thread(work, "recipe " + place.path());
        current.setDaemon(true);
        return current;
    }
}
