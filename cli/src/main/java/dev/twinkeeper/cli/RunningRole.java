package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Role;
import java.util.concurrent.CompletableFuture;

/** A master or a worker as a process: narrates what happens to it, and ends when it is refused or told to end. */
final class RunningRole implements Listener {
    private final String who;
    private final Narrator narrator;
    private final Terminal terminal;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** Tells who it is and where it connects to, before it waits for anything. */
    RunningRole(Terminal terminal, String who, ConnectString where) {
        this.who = who;
        this.terminal = terminal;
        this.narrator = new Narrator(terminal);
        narrator.tell(who + ": connecting to " + where);
    }

    @Override
    public void on(Event event) {
        narrator.on(event);
        if (event instanceof Event.Refused refused) {
            ended.completeExceptionally(new CoordinationException(refused.problem(), refused.message()));
        }
    }

    /** @throws CoordinationException what the role was refused for */
    void untilEnded(Role role) {
        role.ready().whenComplete(this::onReady);
        Stay.until(ended, () -> close(role), terminal);
    }

    private void onReady(Void nothing, Throwable problem) {
        if (problem != null) {
            ended.completeExceptionally(ErrorHandler.unwrap(problem));
        }
    }

    private void close(Role role) {
        role.close();
        narrator.tell(who + ": closed");
        narrator.close();
    }
}
