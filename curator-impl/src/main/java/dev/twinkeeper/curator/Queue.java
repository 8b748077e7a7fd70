package dev.twinkeeper.curator;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;

/**
 * A candidate's place in the queue for {@code /master}: Curator's {@link LeaderLatch}. It has no twin; without a recipe
 * all candidates rush at each vacancy.
 *
 * <p>The queue only tells whose turn it is, and {@code /master} stays the one lock (S1). A latch is no lock here:
 *
 * <ul>
 *   <li>it does not watch its own znode, so once that is deleted, two of them have the leadership;
 *   <li>it has no epoch to fence with, and {@code hasLeadership()} is a memory;
 *   <li>it knows nobody who reigns without queueing: other implementations, and people.
 * </ul>
 *
 * <p>Nor may a reign hang on it (L1): a latch whose create got no answer looks for its znode without a {@code sync}, and
 * one that it does not find stays in everybody's way as long as the session lives. So a turn that nobody uses is passed
 * over, see {@link Candidacy}.
 */
final class Queue {
    private final Session session;
    private final LeaderLatch latch;

    /** @param ourTurn runs on the loop whenever our turn has come */
    Queue(MasterRole role, Runnable ourTurn) {
        this.session = role.session;
        this.latch = new LeaderLatch(session.client(), role.layout.candidates(), role.id.name());
        // On the loop: else the latch calls its listeners on ZooKeeper's event thread, holding its own monitor.
        latch.addListener(new Turn(ourTurn), role.loop::post);
    }

    private record Turn(Runnable ours) implements LeaderLatchListener {
        @Override
        public void isLeader() {
            ours.run();
        }

        /** Nothing: a reign ends by what is read of {@code /master}, not by what the latch believes. */
        @Override
        public void notLeader() {}
    }

    /** Queues up, once: from then on the latch keeps its place by itself, over lost connections and sessions. */
    void enter() {
        if (latch.getState() == LeaderLatch.State.LATENT) {
            session.ask(client -> latch.start());
        }
    }

    boolean isOurTurn() {
        return latch.hasLeadership();
    }

    /** For good: to give up its turn, a latch must be closed, and another one made. */
    void leave() {
        if (latch.getState() != LeaderLatch.State.STARTED) {
            return;
        }
        try {
            latch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
