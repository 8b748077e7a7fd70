package dev.twinkeeper.scenarios.measure;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The roles of one measurement, each with a session of its own, connected to the servers without a proxy. */
final class Cluster implements AutoCloseable {
    /** Each step of a measurement, far above what it takes: what hangs is to end in an error. */
    static final Duration BOUND = Duration.ofMinutes(5);

    private final Coordination by;
    private final Settings settings;
    private final List<Role> roles = new ArrayList<>();

    Cluster(Coordination by, Settings settings) {
        this.by = by;
        this.settings = settings;
    }

    Client client() throws InterruptedException, TimeoutException, ExecutionException {
        Client client = by.client(settings, Listener.none());
        roles.add(client);
        await(client.ready());
        return client;
    }

    /** Returns when it has taken over. */
    void master() throws InterruptedException, TimeoutException, ExecutionException {
        CompletableFuture<Void> tookOver = new CompletableFuture<>();
        Master master = by.master(new MasterId("bench-master"), settings, event -> {
            if (event instanceof Event.TookOver) {
                tookOver.complete(null);
            }
        });
        roles.add(master);
        await(tookOver);
    }

    void workers(int count) throws InterruptedException, TimeoutException, ExecutionException {
        List<Worker> workers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            workers.add(by.worker(new WorkerId("bench-worker-" + i), settings, Task::command, Listener.none()));
        }
        roles.addAll(0, workers);
        for (Worker worker : workers) {
            await(worker.registered());
        }
    }

    static <T> T await(CompletionStage<T> answer) throws InterruptedException, TimeoutException, ExecutionException {
        return answer.toCompletableFuture().get(BOUND.toSeconds(), TimeUnit.SECONDS);
    }

    /** All at once: a handle's close sleeps. */
    @Override
    public void close() {
        CompletableFuture.allOf(roles.stream()
                        .map(role -> CompletableFuture.runAsync(role::close))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }
}
