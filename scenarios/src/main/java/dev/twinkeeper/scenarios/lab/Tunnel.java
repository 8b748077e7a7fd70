package dev.twinkeeper.scenarios.lab;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP proxy for bytes of any protocol, in front of one port: the way from one server to a peer of its. It can go
 * silent, as a network does where packets are dropped, break, as one does where a link is down, or lag, as a slow one.
 */
final class Tunnel implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Tunnel.class);

    /** On loopback a server takes a connection at once, or it is dead. */
    private static final int CONNECT_MS = 1_000;

    private static final int AGAIN_MS = 50;

    private static final int BUFFER = 64 * 1024;

    /** May look at the first bytes of a connection and change them in place. */
    @FunctionalInterface
    interface Opening {
        /** Copies the opening from one side to the other; what follows is copied as it is. */
        void copy(InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket door;
    private final int target;
    private final Duration patience;
    private final Opening opening;
    private final Valve gate = new Valve();
    private final Valve requests = new Valve();
    private final Valve answers = new Valve();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean down;

    /**
     * @param door where it listens; closed with it
     * @param target where it leads
     * @param patience how long a connection is kept waiting where nobody listens at the target yet: we accept it before
     *     we know, so the client would not try again
     */
    Tunnel(ServerSocket door, int target, Duration patience, Opening opening) {
        this.door = door;
        this.target = target;
        this.patience = patience;
        this.opening = opening;
        thread("tunnel-door-" + door.getLocalPort(), this::accept);
    }

    /** What is sent from now on arrives when it is {@link #mend mended} or never; no new connections. */
    void silence() {
        down = true;
        gate.shut();
    }

    /** Resets all connections; no new ones. */
    void cut() {
        down = true;
        reset();
    }

    /** What the target sends waits until it may {@link #flow} on. */
    void hold() {
        answers.shut();
    }

    /** What is sent to the target waits until it may {@link #flow} on, the openings of new connections too. */
    void holdRequests() {
        requests.shut();
    }

    void flow() {
        requests.open();
        answers.open();
    }

    /** New connections are taken again; those that were silent break, since both ends have given them up. */
    void mend() {
        if (down) {
            reset();
            gate.open();
            down = false;
        }
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket from = door.accept();
                thread("tunnel-to-" + target, () -> forward(from));
            } catch (IOException e) {
                log.debug("the door before {} is closed", target, e);
            }
        }
    }

    private void forward(Socket from) {
        try {
            Socket to = reach();
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            sockets.add(from);
            sockets.add(to);
            thread("tunnel-from-" + target, () -> pump(to, from, (in, out) -> {}, answers));
            pump(from, to, opening, requests);
        } catch (IOException e) {
            log.debug("no way to {}", target, e);
            reset(from);
        }
    }

    private Socket reach() throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            if (down) {
                throw new IOException("down");
            }
            Socket to = new Socket();
            try {
                to.connect(new InetSocketAddress(Ports.HOST, target), CONNECT_MS);
                return to;
            } catch (IOException e) {
                close(to);
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(AGAIN_MS));
            }
        }
    }

    private void pump(Socket from, Socket to, Opening first, Valve oneWay) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            oneWay.pass();
            first.copy(in, out);
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                gate.pass();
                oneWay.pass();
                out.write(buffer, 0, read);
            }
            gate.pass();
        } catch (IOException e) {
            log.debug("a tunnel to {} ended", target, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            end(from);
            end(to);
        }
    }

    /**
     * All are told before any is closed: where one goes, its pump closes the other end at once, and that is to be a reset
     * too, never an orderly end.
     */
    private void reset() {
        sockets.forEach(Tunnel::resetOnClose);
        sockets.forEach(this::end);
    }

    private void reset(Socket socket) {
        resetOnClose(socket);
        end(socket);
    }

    private static void resetOnClose(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            log.debug("already closed", e);
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        close(socket);
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing", e);
        }
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        close(door);
        reset();
        gate.open();
        flow();
    }
}
