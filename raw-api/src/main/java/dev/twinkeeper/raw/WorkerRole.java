package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.raw.session.Session;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;

/** A worker: its {@link Registration}, and its {@link Duty} while it is registered. */
final class WorkerRole extends Participant implements Worker {
    final WorkerId id;

    /** Final, since ZooKeeper tells watchers apart by equality. */
    final Watcher ownWatcher = event -> loop.post(() -> onOwnChanged(event));

    final Watcher assignWatcher = event -> loop.post(() -> onAssignChanged(event));

    private final Registration registration;
    private final Duty duty;

    WorkerRole(WorkerId id, Settings settings, TaskHandler handler, Listener listener, Session session) {
        super("worker " + id, settings, listener, session);
        this.id = id;
        this.registration = new Registration(this);
        this.duty = new Duty(this, handler);
        announcer.queue(RoleQueue.HANDLERS, this::waiting);
    }

    /** Tasks that wait for a slot. From any thread. */
    int waiting() {
        return duty.waiting();
    }

    @Override
    void begin() {
        registration.begin();
    }

    @Override
    void suspend() {
        registration.suspend();
        duty.lose();
    }

    /** The next {@link #begin} finds no ephemeral of the new session and registers again (R2). */
    @Override
    void renew() {}

    @Override
    protected void leave(Runnable done) {
        registration.suspend();
        duty.end();
        done.run();
    }

    /** R1: the ephemeral of this very session exists. */
    void onRegistered() {
        becomeReady();
        duty.begin();
    }

    /** Somebody deleted the ephemeral, and somebody else may have the id by now: no more work until it is ours again. */
    void onDeregistered() {
        duty.suspend();
    }

    private void onOwnChanged(WatchedEvent event) {
        onWatched(event, () -> registration.onChanged(event.getType()));
    }

    private void onAssignChanged(WatchedEvent event) {
        onWatched(event, () -> duty.onChanged(event));
    }
}
