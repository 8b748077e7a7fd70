package dev.twinkeeper.meters;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/**
 * A role's {@link Listener} that counts what it hears and passes it on. Give it to the role in place of your own.
 *
 * <p><b>Threads.</b> {@link #on} is called on the role's one thread; gauges are read on the threads that read the
 * registry.
 *
 * <p><b>Guarantees not made.</b> It knows only what the role reports, and so nothing of the queue inside ZooKeeper's
 * client, nor of the watches that Curator's recipes set for themselves.
 */
public final class RoleMeters implements Listener {
    /** Tasks that are timed at once: more than a client usually has under way. Beyond it they are counted, not timed. */
    private static final int TIMED = 100_000;

    /** What a master is, as the gauge has it. */
    private static final long NEITHER = 0;

    private static final long STANDBY = 1;
    private static final long REIGNS = 2;

    private final MeterRegistry registry;
    private final Tags tags;
    private final Listener next;

    private final AtomicLong connected = new AtomicLong();
    private final AtomicLong state = new AtomicLong();
    private final AtomicLong epoch = new AtomicLong();
    private final AtomicLong workers = new AtomicLong();
    private final AtomicLong running = new AtomicLong();
    private final AtomicLong unlearnt = new AtomicLong();

    /** Confined to the role's thread, as all below. */
    private final Map<TaskId, Long> begun = new HashMap<>();

    private final Set<WorkerId> present = new HashSet<>();
    private boolean connectedBefore;

    /**
     * @param registry the registry for the meters
     * @param role {@code master}, {@code worker} or {@code client}: a tag of each meter
     * @param id the role's name, another tag
     * @param next the listener that gets every event too
     */
    public RoleMeters(MeterRegistry registry, String role, String id, Listener next) {
        this.registry = registry;
        this.tags = Tags.of("role", role, "id", id);
        this.next = next;
        gauge("twinkeeper.connected", connected);
        counter("twinkeeper.reconnects");
        counter("twinkeeper.expiries");
        counter("twinkeeper.refusals");
        counter("twinkeeper.set.aside");
        counter("twinkeeper.watch.events");
        timer("twinkeeper.request.duration");
        switch (role) {
            case "master" -> {
                gauge("twinkeeper.state", state);
                gauge("twinkeeper.epoch", epoch);
                gauge("twinkeeper.workers", workers);
                counter("twinkeeper.elections");
                counter("twinkeeper.tidied");
                outcomes("assigned", "moved");
            }
            case "worker" -> {
                gauge("twinkeeper.registered", state);
                gauge("twinkeeper.tasks.running", running);
                outcomes("done", "failed", "discarded");
            }
            default -> {
                gauge("twinkeeper.tasks.unlearnt", unlearnt);
                outcomes("submitted", "learnt", "collected");
            }
        }
    }

    @Override
    public void on(Event event) {
        session(event);
        master(event);
        worker(event);
        client(event);
        next.on(event);
    }

    @Override
    public void answered(long nanos) {
        timer("twinkeeper.request.duration").record(nanos, TimeUnit.NANOSECONDS);
        next.answered(nanos);
    }

    @Override
    public void watchFired() {
        counter("twinkeeper.watch.events").increment();
        next.watchFired();
    }

    @Override
    public void queue(RoleQueue queue, IntSupplier length) {
        Gauge.builder("twinkeeper.queue", length, IntSupplier::getAsInt)
                .tags(tags.and("queue", queue.name().toLowerCase(Locale.ROOT)))
                .strongReference(true)
                .register(registry);
        next.queue(queue, length);
    }

    private void session(Event event) {
        if (event instanceof Event.Connected) {
            connected.set(1);
            if (connectedBefore) {
                counter("twinkeeper.reconnects").increment();
            }
            connectedBefore = true;
        } else if (event instanceof Event.Disconnected) {
            connected.set(0);
        } else if (event instanceof Event.SessionExpired) {
            connected.set(0);
            state.set(NEITHER);
            counter("twinkeeper.expiries").increment();
        } else if (event instanceof Event.Refused) {
            counter("twinkeeper.refusals").increment();
        } else if (event instanceof Event.SetAside) {
            counter("twinkeeper.set.aside").increment();
        }
    }

    private void master(Event event) {
        if (event instanceof Event.Elected elected) {
            state.set(REIGNS);
            epoch.set(elected.epoch());
            counter("twinkeeper.elections").increment();
        } else if (event instanceof Event.Standby) {
            state.set(STANDBY);
            forgetWorkers();
        } else if (event instanceof Event.Deposed) {
            state.set(NEITHER);
            forgetWorkers();
        } else if (event instanceof Event.WorkerJoined joined) {
            present.add(joined.worker());
            workers.set(present.size());
        } else if (event instanceof Event.WorkerLost lost) {
            present.remove(lost.worker());
            workers.set(present.size());
        } else if (event instanceof Event.TaskAssigned) {
            task("assigned");
        } else if (event instanceof Event.TaskMoved) {
            task("moved");
        } else if (event instanceof Event.Tidied) {
            counter("twinkeeper.tidied").increment();
        }
    }

    /** Another reign lists them anew. */
    private void forgetWorkers() {
        present.clear();
        workers.set(0);
    }

    private void worker(Event event) {
        if (event instanceof Event.Registered) {
            state.set(1);
        } else if (event instanceof Event.TaskStarted started) {
            running.incrementAndGet();
            begin(started.task());
        } else if (event instanceof Event.TaskCompleted completed) {
            running.decrementAndGet();
            task(completed.done() ? "done" : "failed");
            end(completed.task());
        } else if (event instanceof Event.ResultDiscarded discarded) {
            running.decrementAndGet();
            task("discarded");
            end(discarded.task());
        }
    }

    private void client(Event event) {
        if (event instanceof Event.Submitted submitted) {
            unlearnt.incrementAndGet();
            task("submitted");
            begin(submitted.task());
        } else if (event instanceof Event.Learnt learnt) {
            unlearnt.updateAndGet(tasks -> Math.max(0, tasks - 1));
            task("learnt");
            end(learnt.task());
        } else if (event instanceof Event.Collected) {
            task("collected");
        }
    }

    private void begin(TaskId task) {
        if (begun.size() < TIMED) {
            begun.put(task, System.nanoTime());
        }
    }

    private void end(TaskId task) {
        Long begin = begun.remove(task);
        if (begin != null) {
            timer("twinkeeper.task.duration").record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
        }
    }

    private void outcomes(String... outcomes) {
        for (String each : outcomes) {
            registry.counter("twinkeeper.tasks", tags.and("outcome", each));
        }
        timer("twinkeeper.task.duration");
    }

    private void task(String outcome) {
        registry.counter("twinkeeper.tasks", tags.and("outcome", outcome)).increment();
    }

    private Timer timer(String name) {
        return registry.timer(name, tags);
    }

    private Counter counter(String name) {
        return registry.counter(name, tags);
    }

    private void gauge(String name, AtomicLong value) {
        Gauge.builder(name, value, AtomicLong::doubleValue)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }
}
