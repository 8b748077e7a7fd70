package dev.twinkeeper.cli.demo;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;

/** How many servers three, four and five can lose: stopped one after the other, until nobody serves. */
final class QuorumDemo implements Demo {
    private static final int SESSION_MS = 10_000;

    private static final Duration SERVED = Duration.ofSeconds(20);

    @Override
    public String title() {
        return "which losses three, four and five servers bear";
    }

    @Override
    public void run(DemoContext context) throws Exception {
        // They start while the first one is shown.
        CompletableFuture<Ensemble> four = CompletableFuture.supplyAsync(() -> Ensemble.start(4));
        CompletableFuture<Ensemble> five = CompletableFuture.supplyAsync(() -> Ensemble.start(5));
        try {
            List<String> table = new ArrayList<>();
            table.add(losses(context, context.ensemble(), 1));
            table.add(losses(context, context.await("four have started", four, SERVED.multipliedBy(2)), 1));
            table.add(losses(context, context.await("five have started", five, SERVED.multipliedBy(2)), 2));
            context.heading(
                    "More than half of all must be there: those that vote for a leader, and store what it writes");
            table.forEach(line -> context.tell("ensemble", line));
            context.tell("ensemble", "a fourth server bears no more losses than three, and has one more to lose");
        } finally {
            four.thenAccept(Ensemble::close);
            five.thenAccept(Ensemble::close);
        }
    }

    /** Stops followers one after the other, and the last time the leader; a client writes after each loss. */
    private static String losses(DemoContext context, Ensemble ensemble, int expected) throws Exception {
        int size = ensemble.servers().size();
        context.heading(size + " servers; server " + ensemble.leader().id() + " leads");
        ZooKeeper client = context.authenticated(new ZooKeeper(ensemble.connectString(), SESSION_MS, event -> {}));
        try {
            int borne = 0;
            for (int left = size - 1; ; left--) {
                stop(context, ensemble, borne == expected);
                if (left <= size / 2) {
                    break;
                }
                write(context, client, left + " of " + size + " run");
                borne++;
            }
            read(context, client, ensemble);
            if (borne != expected) {
                throw new AssertionError(size + " servers bore the loss of " + borne + ", not of " + expected);
            }
        } finally {
            // It would wait for an answer.
            client.close(0);
        }
        return "%d servers: a majority is %d, the loss of %d is borne".formatted(size, size / 2 + 1, expected);
    }

    private static void stop(DemoContext context, Ensemble ensemble, boolean last) {
        Server victim = last ? ensemble.leader() : ensemble.followers().get(0);
        victim.kill();
        context.tell("server " + victim.id(), last ? "which led, is stopped" : "is stopped");
    }

    private static void write(DemoContext context, ZooKeeper client, String who) {
        long begin = System.nanoTime();
        context.until("a write is answered", SERVED, () -> {
            try {
                client.create("/a-", new byte[0], context.acl(), CreateMode.PERSISTENT_SEQUENTIAL);
                return true;
            } catch (KeeperException.ConnectionLossException moves) {
                // Its server was stopped: it goes to another one.
                return false;
            }
        });
        context.tell(
                "client",
                "%s: a write is answered after %d ms".formatted(who, (System.nanoTime() - begin) / 1_000_000));
    }

    private static void read(DemoContext context, ZooKeeper client, Ensemble ensemble) throws Exception {
        context.until("nobody serves", SERVED, () -> ensemble.servers().stream().noneMatch(Server::serves));
        try {
            client.exists("/", false);
            throw new AssertionError("a read was answered without a quorum");
        } catch (KeeperException.ConnectionLossException e) {
            long left = ensemble.servers().stream().filter(Server::isAlive).count();
            context.tell(
                    "client",
                    left + " of " + ensemble.servers().size() + " run, no majority: nobody serves, not even a read");
        }
    }
}
