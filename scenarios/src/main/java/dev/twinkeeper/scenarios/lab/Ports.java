package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free ports on loopback, held by sockets of our own until {@link #release}: all are taken at once, so that no two of
 * them are the same.
 *
 * <p>They are below those that systems give to outgoing connections: else some client might sit on the port of a killed
 * server when it is to start again. For the same reason a process has a block of them to itself, for its life, and goes
 * through it in order: nobody is given the ports of a killed server soon, in this process or another.
 */
public final class Ports {
    public static final String HOST = "127.0.0.1";

    private static final int LOWEST = 12_000;
    private static final int BLOCKS = 20;

    /** Enough for some forty ensembles before the first port comes again. */
    private static final int BLOCK = 1_000;

    /** How many taken ports may be met before we give up: then something else is wrong. */
    private static final int MISSES = 200;

    private static final int BACKLOG = 50;

    /** Whoever listens on the first port of a block has the block. */
    private static final ServerSocket CLAIM = claim();

    private static final AtomicInteger NEXT = new AtomicInteger();

    private final List<ServerSocket> held = new ArrayList<>();

    private Ports() {}

    private static ServerSocket claim() {
        int some = ThreadLocalRandom.current().nextInt(BLOCKS);
        for (int i = 0; i < BLOCKS; i++) {
            try {
                return listen(LOWEST + (some + i) % BLOCKS * BLOCK);
            } catch (IOException taken) {
                // By another process: the next.
            }
        }
        throw new IllegalStateException("no block of ports is free: " + BLOCKS + " processes have one from port "
                + LOWEST + " on, or one listens there that is none of ours");
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, BACKLOG, InetAddress.getByName(HOST));
    }

    private static int next() {
        return CLAIM.getLocalPort() + 1 + Math.floorMod(NEXT.getAndIncrement(), BLOCK - 1);
    }

    /** Takes that many. */
    public static Ports reserve(int count) throws IOException {
        Ports ports = new Ports();
        int misses = 0;
        while (ports.held.size() < count) {
            try {
                ports.held.add(listen(next()));
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
