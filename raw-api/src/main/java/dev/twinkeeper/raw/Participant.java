package dev.twinkeeper.raw;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.loop.RoleLife;
import dev.twinkeeper.raw.session.Parents;
import dev.twinkeeper.raw.session.PhaseGuard;
import dev.twinkeeper.raw.session.Session;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;

/**
 * What Master, Worker and Client have in common: a session, and what its coming and going means to them.
 *
 * <p>The loop calls {@link #begin} whenever there is a connection, and the subclass starts by reading; {@link #suspend}
 * when the connection is lost; {@link #renew} when the session is lost. Everything but {@link #close} and {@link
 * #ready} happens on the loop.
 */
abstract class Participant extends RoleLife implements Session.Listener {
    final Layout layout;
    final Session session;

    /** @param session that is not open yet */
    Participant(String who, Settings settings, Listener listener, Session session) {
        super(who, settings, listener, session.loop());
        this.layout = new Layout(settings.connect().chroot());
        this.session = session;
    }

    /** For a watcher, on the loop: an event that tells of a change, and not of the connection, which the session does. */
    final void onWatched(WatchedEvent event, Runnable then) {
        if (event.getType() != EventType.None) {
            announcer.watchFired();
            then.run();
        }
    }

    /** Connected, in the same session as before or in a new one: begin by reading. */
    abstract void begin();

    /** The connection is lost: nothing that was asked will be answered, nothing may be acted on. */
    abstract void suspend();

    /** The session is gone, with its ephemerals and watches. */
    abstract void renew();

    @Override
    protected final void connect() {
        session.add(this);
        session.open();
    }

    @Override
    protected final void hangUp(Runnable done) {
        session.remove(this);
        session.end();
        done.run();
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
        tellConnected(session.id());
        if (!left()) {
            begin();
        }
    }

    @Override
    public final void disconnected() {
        announcer.tell(new Event.Disconnected());
        if (!left()) {
            suspend();
        }
    }

    @Override
    public final void expired(long old) {
        announcer.tell(new Event.SessionExpired(old));
        if (!left()) {
            suspend();
            renew();
        }
    }

    @Override
    public final void failed(Code code, String why) {
        refuse(new CoordinationException(code == Code.AUTHFAILED ? Problem.NOT_ALLOWED : Problem.CANNOT_CONNECT, why));
    }
}
