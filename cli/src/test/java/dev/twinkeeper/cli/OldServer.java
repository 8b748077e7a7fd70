package dev.twinkeeper.cli;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A server of release 3.5, as far as we get with one: it grants a session, and knows nothing of what is asked. Or one that
 * refuses everything for another reason.
 */
final class OldServer implements AutoCloseable {
    /** The four letters, where other frames have their length. */
    private static final int SRVR =
            ByteBuffer.wrap("srvr".getBytes(StandardCharsets.US_ASCII)).getInt();

    private static final int UNIMPLEMENTED = -6;
    private static final int CLOSE = -11;

    private final ServerSocket door;

    private final int refusal;

    OldServer() throws IOException {
        this(UNIMPLEMENTED);
    }

    /** @param refusal the number of ZooKeeper's error code */
    OldServer(int refusal) throws IOException {
        this.refusal = refusal;
        door = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept, "old-server");
        thread.setDaemon(true);
        thread.start();
    }

    String connectString() {
        return "localhost:" + door.getLocalPort();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket socket = door.accept();
                Thread thread = new Thread(() -> serve(socket), "old-server-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            int length = in.readInt();
            if (length == SRVR) {
                out.write("Zookeeper version: 3.5.10-6d6a8bc, built on 2022\nMode: standalone\n"
                        .getBytes(StandardCharsets.US_ASCII));
                return;
            }
            in.readNBytes(length);
            grant(out);
            while (true) {
                byte[] request = in.readNBytes(in.readInt());
                ByteBuffer head = ByteBuffer.wrap(request);
                int xid = head.getInt();
                int type = head.getInt();
                refuse(out, xid, type == CLOSE ? 0 : refusal);
            }
        } catch (IOException ended) {
            // The client went away.
        }
    }

    private static void grant(DataOutputStream out) throws IOException {
        ByteBuffer response = ByteBuffer.allocate(41);
        response.putInt(37).putInt(0).putInt(6_000).putLong(7).putInt(16);
        out.write(response.array());
    }

    private static void refuse(DataOutputStream out, int xid, int error) throws IOException {
        out.write(ByteBuffer.allocate(20)
                .putInt(16)
                .putInt(xid)
                .putLong(1)
                .putInt(error)
                .array());
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
