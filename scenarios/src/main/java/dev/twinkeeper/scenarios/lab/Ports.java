package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports on loopback, held by sockets of our own until {@link #release}: all are taken at once, so that no two of
 * them are the same.
 *
 * <p>They are below those that systems give to outgoing connections: else some client might sit on the port of a killed
 * server when it is to start again.
 */
public final class Ports {
    public static final String HOST = "127.0.0.1";

    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 32_000;

    /** How many taken ports may be met before we give up: then something else is wrong. */
    private static final int MISSES = 200;

    private static final int BACKLOG = 50;

    private final List<ServerSocket> held = new ArrayList<>();

    private Ports() {}

    /** Takes that many. */
    public static Ports reserve(int count) throws IOException {
        Ports ports = new Ports();
        int misses = 0;
        while (ports.held.size() < count) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            try {
                ports.held.add(new ServerSocket(port, BACKLOG, InetAddress.getByName(HOST)));
            } catch (IOException taken) {
                if (++misses > MISSES) {
                    ports.release();
                    throw taken;
                }
            }
        }
        return ports;
    }

    public int size() {
        return held.size();
    }

    public int get(int index) {
        return held.get(index).getLocalPort();
    }

    /** For who listens in this process: nobody can take the port in between. */
    ServerSocket take(int index) {
        return held.get(index);
    }

    /** Gives them free for those who are to listen there; best right before they do. */
    public void release() throws IOException {
        for (ServerSocket socket : held) {
            socket.close();
        }
    }
}
