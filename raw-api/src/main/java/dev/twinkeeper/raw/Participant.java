package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.Announcer;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.raw.session.Parents;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Master, Worker and Client have in common: a loop, a session, and a life from {@code start} to {@code close}.
 *
 * <p>The loop calls {@link #begin} whenever there is a connection, and the subclass starts by reading; {@link #suspend}
 * when the connection is lost; {@link #renew} when the session is lost. Everything but {@link #close} and {@link
 * #ready} happens on the loop.
 */
abstract class Participant implements Role, Session.Listener {
    private static final Logger log = LoggerFactory.getLogger(Participant.class);

    /** How long an orderly leave may take, a yield for example, before the session is closed all the same. */
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    /** {@link #close} waits for the farewell, for the session's own close, and for the loop to end. */
    private static final Duration CLOSE_BOUND = Duration.ofSeconds(10);

    final String who;
    final Settings settings;
    final Layout layout;
    final Loop loop;
    final Announcer announcer;
    final Session session;

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private boolean connectedOnce;
    private boolean left;

    /** @param session that is not open yet */
    Participant(String who, Settings settings, Listener listener, Session session) {
        this.who = who;
        this.settings = settings;
        this.layout = new Layout(settings.connect().chroot());
        this.loop = session.loop();
        this.announcer = new Announcer(who, listener);
        this.session = session;
    }

    /** Connected, in the same session as before or in a new one: begin by reading. */
    abstract void begin();

    /** The connection is lost: nothing that was asked will be answered, nothing may be acted on. */
    abstract void suspend();

    /** The session is gone, with its ephemerals and watches. */
    abstract void renew();

    /** Gives up what it holds, then runs {@code done}, whatever the answer. */
    abstract void leave(Runnable done);

    /** Completes with this what was not complete. */
    abstract void abandon(CoordinationException why);

    final void start() {
        loop.post(() -> {
            session.add(this);
            session.open();
        });
        loop.after(settings.connectTimeout(), this::checkConnected);
    }

    private void checkConnected() {
        if (!connectedOnce) {
            impossible(new CoordinationException(
                    Problem.CANNOT_CONNECT,
                    "no server of " + settings.connect() + " answered within "
                            + Durations.format(settings.connectTimeout())));
        }
    }

    /**
     * The parents that a role needs; of the chroot's levels it is enough that they are there.
     *
     * @param failed hears what could not be made, and why
     */
    final Parents parents(PhaseGuard<?> guard, List<String> paths, Runnable done, BiConsumer<String, Code> failed) {
        return new Parents(session, guard, paths, level -> layout.root().startsWith(level), done, failed);
    }

    final ZooKeeper zk() {
        return session.zk();
    }

    @Override
    public final void connected() {
        connectedOnce = true;
        announcer.tell(new Event.Connected(session.id()));
        if (!left) {
            begin();
        }
    }

    @Override
    public final void disconnected() {
        announcer.tell(new Event.Disconnected());
        if (!left) {
            suspend();
        }
    }

    @Override
    public final void expired(long old) {
        announcer.tell(new Event.SessionExpired(old));
        if (!left) {
            suspend();
            renew();
        }
    }

    @Override
    public final void failed(Code code, String why) {
        impossible(
                new CoordinationException(code == Code.AUTHFAILED ? Problem.NOT_ALLOWED : Problem.CANNOT_CONNECT, why));
    }

    /** It can't be what it was made to be, and ends. */
    final void impossible(CoordinationException why) {
        if (left) {
            return;
        }
        announcer.tell(new Event.Refused(why.problem(), why.getMessage()));
        ready.completeExceptionally(why);
        shutDown(why);
    }

    final void becomeReady() {
        ready.complete(null);
    }

    @Override
    public final CompletionStage<Void> ready() {
        return ready.minimalCompletionStage();
    }

    @Override
    public final void close() {
        if (closing.compareAndSet(false, true)) {
            loop.post(() -> shutDown(CoordinationException.closed(who)));
        }
        if (!loop.isCurrent()) {
            awaitEnd();
        }
    }

    private void shutDown(CoordinationException why) {
        if (left) {
            return;
        }
        left = true;
        loop.after(FAREWELL, () -> end(why));
        leave(() -> end(why));
    }

    private void end(CoordinationException why) {
        if (ended.isDone()) {
            return;
        }
        session.remove(this);
        session.end();
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
