package dev.twinkeeper.curator;

import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.recipes.leader.LeaderLatch;

/** The turn by LeaderLatch: the candidate waits for it on a thread of its own, for a second at most. */
final class LatchTurn implements Turn {
    private final MasterRole role;
    private final LeaderLatch latch;
    private final Thread thread;

    LatchTurn(MasterRole role) {
        this.role = role;
        this.latch = new LeaderLatch(role.client, role.layout.candidates(), role.id.name());
        this.thread = role.daemon(role.who, this::run);
    }

    @Override
    public void start() throws Exception {
        latch.start();
        thread.start();
    }

    private void run() throws Exception {
        while (!role.left()) {
            try {
                role.insist(role.layout.master(), role::stand);
            } catch (InterruptedException e) {
                // The connection is lost: begin again. Curator sets the interrupt once more, and the next wait would
                // heed it.
                Thread.interrupted();
            }
        }
    }

    @Override
    public void await() throws InterruptedException {
        latch.await(Participant.PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void interrupt() {
        thread.interrupt();
    }

    @Override
    public void close() throws Exception {
        thread.interrupt();
        thread.join(Participant.PAUSE.toMillis());
        latch.close();
    }
}
