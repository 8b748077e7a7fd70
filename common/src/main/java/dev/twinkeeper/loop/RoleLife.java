package dev.twinkeeper.loop;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.RoleQueue;
import dev.twinkeeper.contract.Settings;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A role's life from {@link #start} to {@link #close}, whichever way it coordinates: it becomes ready, or is refused; it
 * leaves, hangs up, and answers what it was still asked (R4). What a subclass implements is called on the loop.
 */
public abstract class RoleLife implements Role {
    protected static final Logger log = LoggerFactory.getLogger(RoleLife.class);

    /** How long an orderly leave may take, a yield for example, before the session is closed all the same. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** {@link #close} waits for the farewell, for the session's own close, and for the loop to end. */
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);

    /** L6: a refusal that lasts is asked about once a second. */
    public static final Duration PAUSE = Duration.ofSeconds(1);

    /** Another release, or other credentials. */
    private static final Set<String> LASTING = Set.of("UNIMPLEMENTED", "AUTHFAILED", "SESSIONCLOSEDREQUIRESASLAUTH");

    /** Of a moment: too much to do, or somebody else's change at the same time. */
    private static final Set<String> PASSING = Set.of("THROTTLEDOP", "NONODE", "NODEEXISTS", "BADVERSION");

    /** The role's name in logs and messages. */
    public final String who;

    public final Settings settings;
    public final Loop loop;
    public final Announcer announcer;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean left;
    private boolean connected;
    private volatile long session;
    private int refusals;
    private volatile long begun;

    protected RoleLife(String who, Settings settings, Listener listener, Loop loop) {
        this.who = who;
        this.settings = settings;
        this.loop = loop;
        this.announcer = new Announcer(who, listener);
        announcer.queue(RoleQueue.LOOP, loop::waiting);
    }

    /** Opens the connection. */
    protected abstract void connect();

    /** Gives up what it holds, then runs {@code done} on the loop, whatever the answer. */
    protected abstract void leave(Runnable done);

    /** Ends the session or, where it is the caller's, what is ours in it; then runs {@code done} on the loop. */
    protected abstract void hangUp(Runnable done);

    /** Completes with this what was not complete, where there is such a thing. */
    protected void abandon(CoordinationException why) {}

    /** Begins the role's life; {@code CANNOT_CONNECT} ends it where no server is found in time. */
    public final void start() {
        begun = loop.now();
        loop.post(this::connect);
        loop.after(settings.connectTimeout(), () -> {
            if (!connected) {
                String patience = Durations.format(settings.connectTimeout());
                refuse(new CoordinationException(
                        Problem.CANNOT_CONNECT, "no server of " + servers() + " answered within " + patience));
            }
        });
    }

    /** What it connects to, as the user gave it. */
    protected String servers() {
        return settings.connect().toString();
    }

    /** Tells of a connection. From any thread. */
    protected final void tellConnected(long connectedBy) {
        session = connectedBy;
        onLoop(() -> {
            connected = true;
            announcer.tell(new Event.Connected(connectedBy));
        });
    }

    /** Tells of the end of the session that was connected last. From any thread. */
    protected final void tellExpired() {
        tell(new Event.SessionExpired(session));
    }

    /** Whether it is closed or refused: nothing is to be begun any more. From any thread. */
    public final boolean left() {
        return left;
    }

    /** Tells the listener. From any thread: at once on the loop, else there in order. */
    public final void tell(Event event) {
        onLoop(() -> announcer.tell(event));
    }

    /** R6: one warning for each path. From any thread. */
    public final void setAside(String path, String why) {
        onLoop(() -> announcer.setAside(path, why));
    }

    /** A request was answered so many nanoseconds after it was sent. From any thread. */
    public final void answered(long nanos) {
        onLoop(() -> announcer.answered(nanos));
    }

    /** A watch told of a change. From any thread. */
    public final void watchFired() {
        onLoop(announcer::watchFired);
    }

    /**
     * The servers refuse what it needs, and it is about to ask again, after a pause (L6). From any thread. A role that was
     * ready before goes on until that is mended (L5). One that never was ends instead, when its connect timeout is over:
     * whoever made it wants to know. It ends at once where no operator mends that for a single role.
     *
     * @param path what is warned of
     * @param what it cannot: {@code make /app/tasks}
     * @param code the name of ZooKeeper's error code
     */
    public final void setBack(String path, String what, String code) {
        onLoop(() -> {
            announcer.setAside(path, "cannot " + what + ": " + code);
            boolean late =
                    loop.now() - begun > settings.connectTimeout().minus(PAUSE).toNanos();
            // One answer after a long wait without a server is no refusal that lasts yet.
            boolean again = !PASSING.contains(code) && refusals++ > 0;
            if (!ready.isDone() && (late && again || LASTING.contains(code))) {
                refuse(CoordinationException.cannot(what, code));
            }
        });
    }

    /** It takes part. From any thread. */
    public final void becomeReady() {
        onLoop(() -> ready.complete(null));
    }

    private void onLoop(Runnable work) {
        if (loop.isCurrent()) {
            work.run();
        } else {
            loop.post(work);
        }
    }

    @Override
    public final CompletionStage<Void> ready() {
        return ready.minimalCompletionStage();
    }

    /** Refused for good: it can't be what it was made to be, and ends. From any thread. */
    public final void refuse(CoordinationException why) {
        onLoop(() -> {
            if (!left) {
                announcer.tell(new Event.Refused(why.problem(), why.getMessage()));
                ready.completeExceptionally(why);
                end(why);
            }
        });
    }

    /** The ensemble refused what was asked of the role. From any thread. */
    public final void refuse(CompletableFuture<?> answer, CoordinationException why) {
        onLoop(() -> answer.completeExceptionally(why));
    }

    @Override
    public final void close() {
        loop.post(() -> end(CoordinationException.closed(who)));
        if (!loop.isCurrent()) {
            awaitEnd();
        }
    }

    private void end(CoordinationException why) {
        if (!left) {
            left = true;
            bounded(this::leave, () -> bounded(this::hangUp, () -> ended(why)));
        }
    }

    /** Without a server, neither a yield nor the end of a session comes to an end by itself. */
    private void bounded(Consumer<Runnable> step, Runnable next) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        done.thenRun(next);
        loop.after(FAREWELL, () -> done.complete(null));
        step.accept(() -> done.complete(null));
    }

    private void ended(CoordinationException why) {
        ready.completeExceptionally(why);
        abandon(why);
        announcer.mute();
        ended.complete(null);
        loop.close();
    }

    /** The loop is closed by an ended role only: before, that would drop the farewell and leave the session alive. */
    private void awaitEnd() {
        try {
            ended.get(CLOSE_BOUND.toMillis(), TimeUnit.MILLISECONDS);
            loop.close();
        } catch (TimeoutException e) {
            log.warn("{}: still not closed after {}; a listener may be holding its thread", who, CLOSE_BOUND);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            // Nobody waits any longer; the role ends all the same.
            Thread.currentThread().interrupt();
        }
    }
}
