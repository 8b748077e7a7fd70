package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a {@link Wire} takes the connections to one server, on a port that stays its own while it refuses them. */
final class Door {
    private static final Logger log = LoggerFactory.getLogger(Door.class);

    private static final int BACKLOG = 50;

    /** More than a connection that is just accepted takes to be passed on. */
    private static final Duration ACCEPTED = Duration.ofSeconds(5);

    private final Taker taker;
    private final int port;
    private ServerSocket listener;
    private Thread accepting;
    private Socket placeholder;

    /** What becomes of a connection. */
    interface Taker {
        void take(Socket connection) throws IOException;
    }

    Door(Taker taker) throws IOException {
        this.taker = taker;
        this.port = listen(0);
    }

    private int listen(int at) throws IOException {
        ServerSocket socket = new ServerSocket(at, BACKLOG, InetAddress.getByName(Ports.HOST));
        listener = socket;
        accepting = new Thread(() -> accept(socket), "wire-door-" + socket.getLocalPort());
        accepting.setDaemon(true);
        accepting.start();
        return socket.getLocalPort();
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                taker.take(socket.accept());
            } catch (IOException e) {
                log.debug("the door {} is closed", port, e);
            }
        }
    }

    int port() {
        return port;
    }

    /** Refuses connections before they stand, as a port does where nobody listens. */
    synchronized void refuse() throws IOException {
        if (placeholder == null) {
            listener.close();
            awaitTheEndOfAccepting();
            placeholder = new Socket();
            placeholder.setReuseAddress(true);
            placeholder.bind(new InetSocketAddress(Ports.HOST, port));
        }
    }

    /** As long as a thread is in {@code accept}, the port stays taken. */
    private void awaitTheEndOfAccepting() throws IOException {
        try {
            accepting.join(ACCEPTED.toMillis());
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted while a door was shut");
        }
    }

    /** Takes connections again, where it refused them. */
    synchronized void open() throws IOException {
        if (placeholder != null) {
            listen(port);
            placeholder.close();
            placeholder = null;
        }
    }

    /** For good. */
    synchronized void close() throws IOException {
        listener.close();
        if (placeholder != null) {
            placeholder.close();
            placeholder = null;
        }
    }
}
