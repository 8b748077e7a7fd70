package dev.twinkeeper.curator;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.utils.CloseableExecutorService;

/**
 * The turn by LeaderSelector: the candidate that holds its mutex runs its candidacies on the selector's thread, and the
 * adapter interrupts them when the connection is lost.
 *
 * <p>Not kept: L1. The turn is a lock and no hint, and it ends with a session and not with a reign. A leader whose
 * {@code /master} was deleted, but that hears nothing of it, keeps the mutex, and nobody claims although anybody could.
 * And a leader whose connection was lost for a moment goes to the back of the queue, where its {@code /master} is a
 * hindrance until it takes that away.
 */
final class SelectorTurn extends LeaderSelectorListenerAdapter implements Turn {
    private final MasterRole role;
    private final LeaderSelector selector;
    private final ExecutorService queued;
    private PersistentWatcher masterWatcher;
    private volatile boolean leading;

    /** On the selector's thread, whether it led since it began to queue. */
    private boolean led;

    SelectorTurn(MasterRole role) {
        this.role = role;
        CloseableExecutorService own = new CloseableExecutorService(new Paced(), true);
        this.selector = new LeaderSelector(role.client, role.layout.candidates() + "-selector", own, this);
        this.queued = Executors.newSingleThreadExecutor(work -> role.daemon(role.who + " in the queue", work::run));
        selector.setId(role.id.name());
        selector.autoRequeue();
    }

    /** L6: with autoRequeue a candidate that is refused asks again at once. It may where it led, or was interrupted. */
    private final class Paced extends ThreadPoolExecutor {
        Paced() {
            super(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> role.daemon(role.who, work::run));
        }

        @Override
        protected void afterExecute(Runnable work, Throwable failure) {
            try {
                if (!led) {
                    Thread.sleep(Participant.PAUSE.toMillis());
                }
            } catch (InterruptedException e) {
                // The next begins at once.
            }
            led = false;
        }
    }

    @Override
    public void start() {
        masterWatcher = role.watch(role.layout.master(), false, event -> onMaster(), this::onMaster);
        selector.start();
        queued.execute(() -> role.quietly(() -> role.insist(role.layout.master(), this::makeParents)));
    }

    /** Where the servers refuse it, the selector tells nobody. */
    private void makeParents() throws Exception {
        role.connection.makeParents(role.layout.top());
        role.client.createContainers(role.layout.candidates() + "-selector");
    }

    /** A candidate in the queue has no thread, but has to report who reigns. */
    private void onMaster() {
        if (!role.left()) {
            queued.execute(() -> role.quietly(() -> role.insist(role.layout.master(), this::look)));
        }
    }

    private void look() throws Exception {
        if (!leading) {
            // L5: or whoever has the mutex now would wait for ever for a /master that our living session keeps.
            role.vacate();
            role.look();
        }
    }

    @Override
    public void takeLeadership(CuratorFramework client) throws Exception {
        leading = true;
        led = true;
        try {
            queued.submit(() -> {}).get(); // a look that has begun would take our own claim away
            while (!role.left()) {
                role.insist(role.layout.master(), role::stand);
            }
        } finally {
            leading = false;
            onMaster();
        }
    }

    /** Whoever stands has the turn. */
    @Override
    public void await() {}

    /** The adapter does it. */
    @Override
    public void interrupt() {}

    @Override
    public void close() {
        masterWatcher.close();
        queued.shutdownNow();
        selector.close();
    }
}
