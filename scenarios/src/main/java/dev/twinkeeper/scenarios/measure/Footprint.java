package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.measure.Measure.Group;
import dev.twinkeeper.scenarios.measure.Measure.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * What a role occupies while it has nothing to do: its threads, and its part of the heap, with what the servers in this
 * process keep for its session. Not to be measured while anything else comes and goes.
 */
public final class Footprint {
    private static final int RUNS = 3;

    /** So many roles at a time, since one alone is less than what else moves on the heap. */
    private static final int ROLES = 5;

    private final Coordination by;
    private final Settings settings;

    public Footprint(Coordination by, Settings settings) {
        this.by = by;
        this.settings = settings;
    }

    /** Takes samples of all three roles. */
    public void measure(Samples samples) throws Exception {
        measure(
                samples,
                "master",
                n -> by.master(new MasterId("m" + Math.floorMod(n, 1_000)), settings, Listener.none()));
        measure(
                samples,
                "worker",
                n -> by.worker(new WorkerId("w" + Math.floorMod(n, 1_000)), settings, Task::command, Listener.none()));
        measure(samples, "client", n -> by.client(settings, Listener.none()));
    }

    private static void measure(Samples samples, String kind, IntFunction<Role> make) throws Exception {
        Measure threads = Measure.less("footprint.threads." + kind, Group.FOOTPRINT, "threads, " + kind, Unit.COUNT);
        Measure heap = Measure.less("footprint.heap." + kind, Group.FOOTPRINT, "heap, " + kind, Unit.KILOBYTES);
        List<Role> roles = new ArrayList<>();
        try {
            // The first load classes, and fill what all share.
            for (int i = 1; i <= ROLES; i++) {
                makeIn(new ThreadGroup("first"), make, -i, roles);
            }
            long before = usedHeap();
            for (int run = 0; run < RUNS; run++) {
                ThreadGroup group = new ThreadGroup(kind + run);
                for (int i = 1; i <= ROLES; i++) {
                    makeIn(group, make, run * ROLES + i, roles);
                }
                long after = usedHeap();
                samples.add(threads, (double) group.activeCount() / ROLES);
                samples.add(heap, (after - before) / 1_000.0 / ROLES);
                before = after;
            }
        } finally {
            CompletableFuture.allOf(roles.stream()
                            .map(role -> CompletableFuture.runAsync(role::close))
                            .toArray(CompletableFuture<?>[]::new))
                    .join();
        }
    }

    /** A thread belongs to the group of the one that makes it. */
    private static void makeIn(ThreadGroup group, IntFunction<Role> make, int number, List<Role> roles)
            throws Exception {
        CompletableFuture<Role> made = new CompletableFuture<>();
        Thread maker = new Thread(group, () -> make(make, number, made), "maker");
        maker.start();
        Role role = made.get(Cluster.BOUND.toSeconds(), TimeUnit.SECONDS);
        roles.add(role);
        maker.join();
        Cluster.await(role.ready());
    }

    private static void make(IntFunction<Role> make, int number, CompletableFuture<Role> made) {
        try {
            made.complete(make.apply(number));
        } catch (RuntimeException e) {
            made.completeExceptionally(e);
        }
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
