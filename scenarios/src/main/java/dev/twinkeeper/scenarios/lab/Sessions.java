package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.contract.Security;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/** Ends sessions for real, as the ensemble would when it no longer hears of their owner. */
public final class Sessions {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private Sessions() {}

    /**
     * Expires the session: a second handle takes it over by id and password and closes it. When this returns, its
     * ephemerals are gone; the owner hears of it when it next talks to a server, which is at once, because the
     * take-over broke its connection.
     *
     * @param servers a connect string that leads past the owner's wire
     */
    public static void expire(String servers, SessionCredentials session) {
        expire(servers, session, Security.NONE);
    }

    /** @param as whom: servers that enforce authentication take the command of nobody else */
    public static void expire(String servers, SessionCredentials session, Security as) {
        keep(servers, session, as).close();
    }

    /** Keeps the session alive though its owner is cut off, as servers do that start its clock anew, until it is closed. */
    public static Kept keep(String servers, SessionCredentials session) {
        return keep(servers, session, Security.NONE);
    }

    private static Kept keep(String servers, SessionCredentials session, Security as) {
        CountDownLatch timed = new CountDownLatch(1);
        Watcher watcher = event -> {
            switch (event.getState()) {
                case SyncConnected, Expired -> timed.countDown();
                default -> {}
            }
        };
        try {
            ZooKeeper taker = new ZooKeeper(
                    servers, (int) session.timeout().toMillis(), watcher, session.id(), session.password());
            as.credentials().ifPresent(own -> taker.addAuthInfo(own.scheme(), own.bytes()));
            boolean answered = timed.await(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
            if (!answered) {
                taker.close();
                throw new IllegalStateException("no server answered within " + CONNECT + ": " + servers);
            }
            return () -> close(taker);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a session was to be expired", e);
        }
    }

    /** A session that was taken over. */
    public interface Kept extends AutoCloseable {
        /** Ends the session. */
        @Override
        void close();
    }

    private static void close(ZooKeeper taker) {
        try {
            taker.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a session was to be expired", e);
        }
    }
}
