package dev.twinkeeper.cli.doctor;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.jute.BinaryInputArchive;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.OpCode;
import org.apache.zookeeper.data.Stat;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.ConnectResponse;
import org.apache.zookeeper.proto.Create2Response;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.ExistsRequest;
import org.apache.zookeeper.proto.ExistsResponse;
import org.apache.zookeeper.proto.ReplyHeader;
import org.apache.zookeeper.proto.RequestHeader;

/**
 * One connection to one server, by ZooKeeper's own protocol and without its client, which would go on to another server
 * and would not say what it met. A session that begins shows that the server serves: only a quorum can begin one.
 */
final class ServerProbe implements AutoCloseable {
    /** How one address answered. */
    enum State {
        /** Nobody listens there. */
        REFUSED,
        /** No answer at all: a firewall, or a host that is not there. */
        UNREACHABLE,
        /** Somebody answers who is no ZooKeeper server. */
        STRANGER,
        /** It takes the connection and says nothing. */
        SILENT,
        /** It takes the connection and ends it: it serves nobody just now, or not us. */
        ENDS,
        SERVING
    }

    /** Longer than any answer that we ask for. */
    private static final int LONGEST = 64 * 1024;

    private static final int SESSION_MS = 4_000;

    private static final int PASSWORD = 16;

    private final Socket socket = new Socket();
    private final Duration patience;
    private int xid;

    private ServerProbe(Duration patience) {
        this.patience = patience;
    }

    /** What came of it; with the probe that holds the session where the state is {@link State#SERVING}. */
    record Answer(State state, Optional<ServerProbe> session) implements AutoCloseable {
        @Override
        public void close() {
            session.ifPresent(ServerProbe::close);
        }
    }

    static Answer ask(InetSocketAddress address, Duration patience) {
        ServerProbe probe = new ServerProbe(patience);
        State state = probe.connect(address);
        if (state == State.SERVING) {
            return new Answer(state, Optional.of(probe));
        }
        probe.close();
        return new Answer(state, Optional.empty());
    }

    private State connect(InetSocketAddress address) {
        try {
            socket.connect(address, (int) patience.toMillis());
        } catch (ConnectException e) {
            return State.REFUSED;
        } catch (IOException e) {
            return State.UNREACHABLE;
        }
        try {
            socket.setSoTimeout((int) patience.toMillis());
            send(new ConnectRequest(0, 0, SESSION_MS, 0, new byte[PASSWORD], false));
            ConnectResponse granted = new ConnectResponse();
            granted.deserialize(receive(), "connect");
            return granted.getSessionId() != 0 ? State.SERVING : State.STRANGER;
        } catch (SocketTimeoutException e) {
            return State.SILENT;
        } catch (EOFException | SocketException e) {
            return State.ENDS;
        } catch (IOException e) {
            return State.STRANGER;
        }
    }

    /** The znode's stat; empty where it is not there. */
    Optional<Stat> stat(String path) throws IOException {
        ExistsResponse response = new ExistsResponse();
        boolean there = call(OpCode.exists, new ExistsRequest(path, false), response);
        return there ? Optional.of(response.getStat()) : Optional.empty();
    }

    /** How far the leader's clock is ahead of that one; by an ephemeral znode, which goes with this session. */
    OptionalLong clockAhead(Clock clock) throws IOException {
        long before = clock.millis();
        String path = "/twinkeeper-doctor-" + Long.toHexString(System.nanoTime());
        Create2Response response = new Create2Response();
        CreateRequest request = new CreateRequest(
                path, new byte[0], new ArrayList<>(Ids.OPEN_ACL_UNSAFE), CreateMode.EPHEMERAL.toFlag());
        if (!call(OpCode.create2, request, response)) {
            return OptionalLong.empty();
        }
        long middle = before + (clock.millis() - before) / 2;
        return OptionalLong.of(response.getStat().getCtime() - middle);
    }

    /** Whether it was done; an error of ZooKeeper's is a no. */
    private boolean call(int operation, Record request, Record response) throws IOException {
        send(new RequestHeader(++xid, operation), request);
        BinaryInputArchive answer = receive();
        ReplyHeader header = new ReplyHeader();
        header.deserialize(answer, "header");
        if (header.getErr() != KeeperException.Code.OK.intValue()) {
            return false;
        }
        response.deserialize(answer, "response");
        return true;
    }

    private void send(Record... records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryOutputArchive archive = BinaryOutputArchive.getArchive(bytes);
        for (Record each : records) {
            each.serialize(archive, "");
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        BinaryOutputArchive.getArchive(frame).writeBuffer(bytes.toByteArray(), "frame");
        socket.getOutputStream().write(frame.toByteArray());
        socket.getOutputStream().flush();
    }

    private BinaryInputArchive receive() throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length = in.readInt();
        if (length < 0 || length > LONGEST) {
            throw new IOException("not ZooKeeper's protocol: a frame of " + length + " bytes");
        }
        byte[] frame = new byte[length];
        in.readFully(frame);
        return BinaryInputArchive.getArchive(new java.io.ByteArrayInputStream(frame));
    }

    /** Ends the session, and with it what it made. */
    @Override
    public void close() {
        try (socket) {
            if (socket.isConnected() && xid >= 0) {
                send(new RequestHeader(++xid, OpCode.closeSession));
                socket.shutdownOutput();
                receive();
            }
        } catch (IOException e) {
            // Whoever does not answer ends the session by its own clock, in four seconds.
            xid = -1;
        }
    }

    /** What a server says to a four-letter word; empty where it says nothing, or that it is not allowed. */
    static Optional<String> word(InetSocketAddress address, String word, Duration patience) {
        try (Socket socket = new Socket()) {
            socket.connect(address, (int) patience.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            String answer = new String(socket.getInputStream().readNBytes(LONGEST), StandardCharsets.UTF_8);
            return answer.isBlank() || answer.contains("not in the whitelist") ? Optional.empty() : Optional.of(answer);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Whether somebody takes connections there. */
    static boolean listens(InetSocketAddress address, Duration patience) {
        try (Socket socket = new Socket()) {
            socket.connect(address, (int) patience.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
