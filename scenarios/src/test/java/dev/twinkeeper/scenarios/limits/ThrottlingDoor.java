package dev.twinkeeper.scenarios.limits;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A door before a server, which answers some requests itself: with {@code THROTTLEDOP}, as a server that has too much to
 * do answers what it throws away unread. Others it swallows, and ends their connection.
 */
final class ThrottlingDoor implements AutoCloseable {
    private static final int THROTTLED = -127;

    /**
     * A request as it came.
     *
     * @param text its bytes, one a character: paths can be looked for
     */
    record Asked(int operation, String text) {
        static final int MULTI = 14;

        /** A transaction that changes nothing: of one check, of the root. */
        boolean isBarrier() {
            return operation == MULTI && text.length() < 50;
        }
    }

    /** What to do with the next requests of a kind. */
    private record Order(Predicate<Asked> which, boolean lose, AtomicInteger left) {}

    private final ServerSocket door;
    private final InetSocketAddress server;
    private final List<Order> orders = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    ThrottlingDoor(InetSocketAddress server) throws IOException {
        this.server = server;
        this.door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        begin("door", () -> {
            while (true) {
                Socket client = door.accept();
                Socket behind = new Socket();
                sockets.addAll(List.of(client, behind));
                behind.connect(server);
                new Connection(client, behind).begin();
            }
        });
    }

    String connectString() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    /** The next so many of them are refused, unread. Returns how many are left to be. */
    AtomicInteger throttle(int times, Predicate<Asked> which) {
        return order(new Order(which, false, new AtomicInteger(times)));
    }

    /** The next of them is swallowed, and its connection ends. */
    AtomicInteger lose(Predicate<Asked> which) {
        return order(new Order(which, true, new AtomicInteger(1)));
    }

    private AtomicInteger order(Order order) {
        orders.add(order);
        return order.left();
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void begin(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException closed) {
                        // So it ends.
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }

    private Order orderFor(Asked asked) {
        for (Order order : orders) {
            if (order.which().test(asked) && order.left().getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return order;
            }
        }
        return null;
    }

    /** One of a client: its answers come in the order of its requests, ours among them. */
    private final class Connection {
        private final Socket client;
        private final Socket behind;
        private final DataOutputStream toClient;

        /** What was asked and has no answer yet; ours as negative numbers. */
        private final Deque<Integer> asked = new ArrayDeque<>();

        Connection(Socket client, Socket behind) throws IOException {
            this.client = client;
            this.behind = behind;
            this.toClient = new DataOutputStream(client.getOutputStream());
        }

        void begin() {
            ThrottlingDoor.begin("door-requests", () -> end(this::requests));
            ThrottlingDoor.begin("door-replies", () -> end(this::replies));
        }

        private void end(Work work) throws IOException {
            try (client;
                    behind) {
                work.run();
            }
        }

        private void requests() throws IOException {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(behind.getOutputStream());
            out.write(frame(in)); // of the session
            while (true) {
                byte[] frame = frame(in);
                int xid = ByteBuffer.wrap(frame).getInt(4);
                Order order = xid < 0 ? null : orderFor(asked(frame));
                if (order != null && order.lose()) {
                    return;
                }
                synchronized (this) {
                    if (xid >= 0) {
                        asked.add(order == null ? xid : -1 - xid);
                    }
                    refuse();
                }
                if (order == null) {
                    out.write(frame);
                }
            }
        }

        private static Asked asked(byte[] frame) {
            return new Asked(ByteBuffer.wrap(frame).getInt(8), new String(frame, StandardCharsets.ISO_8859_1));
        }

        private void replies() throws IOException {
            DataInputStream in = new DataInputStream(behind.getInputStream());
            boolean first = true;
            while (true) {
                byte[] frame = frame(in);
                synchronized (this) {
                    toClient.write(frame);
                    if (!first && ByteBuffer.wrap(frame).getInt(4) >= 0) {
                        asked.remove();
                    }
                    first = false;
                    refuse();
                }
            }
        }

        /** What is next to be answered, as long as it is ours. */
        private void refuse() throws IOException {
            while (!asked.isEmpty() && asked.peek() < 0) {
                int xid = -1 - asked.remove();
                toClient.write(ByteBuffer.allocate(20)
                        .putInt(16)
                        .putInt(xid)
                        .putLong(0)
                        .putInt(THROTTLED)
                        .array());
            }
        }

        /** With its length before it. */
        private static byte[] frame(DataInputStream in) throws IOException {
            int length = in.readInt();
            byte[] frame = new byte[4 + length];
            ByteBuffer.wrap(frame).putInt(length);
            in.readFully(frame, 4, length);
            return frame;
        }
    }
}
