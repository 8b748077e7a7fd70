package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.scenarios.lab.Ports;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers as a server of another version, or as none at all. */
final class FakeServer implements AutoCloseable {
    /** What it does with a connection. */
    enum Manner {
        /** Begins a session, and has every znode. */
        SERVES,
        /** Begins a session, and answers nothing after it. */
        STOPS,
        SAYS_NOTHING,
        /** Has no quorum. */
        WAITS,
        ENDS_AT_ONCE,
        SPEAKS_HTTP
    }

    private static final int SESSION = 1;

    private final Manner manner;
    private final String srvr;
    private final ServerSocket door;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** @param srvr its answer to that word; empty for none */
    FakeServer(Manner manner, String srvr) {
        this.manner = manner;
        this.srvr = srvr;
        try {
            door = new ServerSocket(0, 50, InetAddress.getByName(Ports.HOST));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    static FakeServer ofVersion(String version, String mode) {
        return new FakeServer(
                Manner.SERVES,
                "Zookeeper version: " + version + "-abc, built on 2020-01-01\nZxid: 0x5\nMode: " + mode + "\n");
    }

    String address() {
        return Ports.HOST + ":" + door.getLocalPort();
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket socket = door.accept();
                open.add(socket);
                start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            if (manner == Manner.ENDS_AT_ONCE) {
                socket.close();
                return;
            }
            int first = in.readInt();
            if (first == 0x73727672) {
                out.write(srvr.getBytes(StandardCharsets.UTF_8));
                socket.close();
            } else if (manner == Manner.WAITS) {
                socket.close();
            } else if (manner == Manner.SPEAKS_HTTP) {
                out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                socket.close();
            } else if (manner != Manner.SAYS_NOTHING) {
                in.skipNBytes(first);
                session(in, out);
            }
        } catch (IOException e) {
            // The doctor has gone.
        }
    }

    private void session(DataInputStream in, DataOutputStream out) throws IOException {
        out.writeInt(37);
        out.writeInt(0);
        out.writeInt(4_000);
        out.writeLong(SESSION);
        out.writeInt(16);
        out.write(new byte[16]);
        out.writeByte(0);
        while (manner == Manner.SERVES) {
            byte[] request = new byte[in.readInt()];
            in.readFully(request);
            // The header and an empty stat: no error, no children.
            out.writeInt(16 + 68);
            out.write(request, 0, 4);
            out.writeLong(5);
            out.writeInt(0);
            out.write(new byte[68]);
        }
    }

    @Override
    public void close() {
        try {
            door.close();
            for (Socket each : open) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
