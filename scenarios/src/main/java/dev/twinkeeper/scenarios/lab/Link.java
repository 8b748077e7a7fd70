package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.scenarios.events.Observation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection over a {@link Wire}: from the participant to us, and from us to a server. Each direction has a thread
 * that reads whole frames into its buffer, looks at them, and writes them on without copying.
 */
final class Link {
    private static final Logger log = LoggerFactory.getLogger(Link.class);

    /** Room for many small frames in one read; it grows for a large one. */
    private static final int BUFFER = 64 * 1024;

    /** Longer than any frame that a server takes or a client asks for; else it is not ZooKeeper's protocol. */
    private static final int LONGEST_FRAME = 256 * 1024 * 1024;

    private static final OutputStream NOWHERE = OutputStream.nullOutputStream();

    private final Wire wire;
    private final InetSocketAddress server;
    private final Socket participant;
    private final Socket upstream;

    /** Requests under way whose answer is to be lost, by xid. */
    private final Map<Integer, Loss> losses = new ConcurrentHashMap<>();

    private volatile boolean lost;
    private volatile HeldConnection held;

    Link(Wire wire, InetSocketAddress server, Socket participant, Socket upstream) throws IOException {
        this.wire = wire;
        this.server = server;
        this.participant = participant;
        this.upstream = upstream;
        participant.setTcpNoDelay(true);
        upstream.setTcpNoDelay(true);
    }

    InetSocketAddress server() {
        return server;
    }

    void start() {
        start("requests", () -> pump(participant, upstream, wire.requestGate(), new Requests()));
        start("replies", () -> pump(upstream, participant, wire.replyGate(), new Replies()));
    }

    private void start(String direction, Runnable work) {
        Thread thread = new Thread(work, "wire-" + direction);
        thread.setDaemon(true);
        thread.start();
    }

    /** Looks at a frame; returns whether it may pass. */
    private interface Look {
        boolean at(ByteBuffer frame) throws IOException;
    }

    private void pump(Socket from, Socket to, Valve gate, Look look) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER];
            int filled = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer, filled, buffer.length - filled)) {
                gate.pass();
                // What the participant sends after the loss goes nowhere.
                filled = lost ? 0 : passOn(buffer, filled + read, look, isMute(from) ? NOWHERE : out);
                buffer = withRoom(buffer, filled);
            }
            // The end of a stream is as silent as the rest while the gate is shut.
            gate.pass();
        } catch (IOException e) {
            log.debug("link to {} ended", server, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (held != null && from == participant) {
                held.awaitAnswer();
            }
            // After a loss the participant has still to read what was answered before: it closes its end itself.
            if (!lost || from == participant) {
                end();
            }
        }
    }

    /** Who was held back once hears nothing more: it has given that connection up. */
    private boolean isMute(Socket from) {
        return held != null && from == upstream;
    }

    /** Writes on all whole frames that may pass; returns how many bytes of an unfinished one are left in the buffer. */
    private int passOn(byte[] buffer, int filled, Look look, OutputStream out) throws IOException {
        int from = 0;
        while (filled - from >= Integer.BYTES) {
            int length = length(buffer, from);
            if (filled - from - Integer.BYTES < length) {
                break;
            }
            boolean pass = look.at(
                    ByteBuffer.wrap(buffer, from + Integer.BYTES, length).slice());
            if (!pass) {
                out.write(buffer, 0, from);
                lose();
                return 0;
            }
            from += Integer.BYTES + length;
        }
        out.write(buffer, 0, from);
        System.arraycopy(buffer, from, buffer, 0, filled - from);
        return filled - from;
    }

    private static int length(byte[] buffer, int from) throws IOException {
        int length = ByteBuffer.wrap(buffer).getInt(from);
        if (length < 0 || length > LONGEST_FRAME) {
            throw new IOException("not ZooKeeper's protocol: a frame of " + length + " bytes");
        }
        return length;
    }

    private static byte[] withRoom(byte[] buffer, int filled) throws IOException {
        int wanted = filled < Integer.BYTES ? 0 : Integer.BYTES + length(buffer, 0);
        return wanted <= buffer.length ? buffer : Arrays.copyOf(buffer, wanted);
    }

    private final class Requests implements Look {
        private boolean shookHands;

        @Override
        public boolean at(ByteBuffer frame) throws IOException {
            wire.counts().sent(Integer.BYTES + frame.remaining());
            if (!shookHands) {
                shookHands = true;
                return true;
            }
            if (wire.ignoresChecks()) {
                CheckRemover.ignore(frame);
            }
            Request request = Frame.request(frame);
            wire.counts().requested(request, Frame.watches(frame));
            emit(Frame.xid(frame), request);
            hold(wire.holdFor(request, Frame.xid(frame)));
            Loss loss = wire.lossFor(request);
            if (loss == null) {
                return true;
            }
            if (loss.ofRequest()) {
                wire.lost(loss, request);
                return false;
            }
            losses.put(Frame.xid(frame), loss.of(request));
            return true;
        }
    }

    private void hold(HeldConnection connection) throws IOException {
        if (connection != null) {
            held = connection;
            connection.hold(upstream.getOutputStream());
        }
    }

    private final class Replies implements Look {
        private boolean shookHands;

        @Override
        public boolean at(ByteBuffer frame) {
            int xid = Frame.xid(frame);
            Loss loss = shookHands ? losses.remove(xid) : null;
            if (loss != null) {
                wire.lost(loss, loss.request());
                return false;
            }
            wire.counts().received(Integer.BYTES + frame.remaining());
            if (!shookHands) {
                shookHands = true;
                wire.granted(Frame.session(frame));
            } else {
                if (xid == Frame.NOTIFICATION) {
                    wire.counts().notified();
                }
                emit(xid, frame);
                if (held != null) {
                    held.answered(xid);
                }
            }
            return true;
        }
    }

    private void emit(int xid, Request request) {
        Wire.Emitter emitter = wire.emitter();
        // Heartbeats and the handshake's follow-ups have numbers of their own, below zero.
        if (emitter.stream().isRead() && xid > 0) {
            emitter.stream()
                    .emit(emitter.participant(), new Observation.Requested(xid, request.operation(), request.paths()));
        }
    }

    private void emit(int xid, ByteBuffer reply) {
        Wire.Emitter emitter = wire.emitter();
        if (emitter.stream().isRead() && (xid > 0 || xid == Frame.NOTIFICATION)) {
            emitter.stream().emit(emitter.participant(), xid > 0 ? Frame.answer(reply) : Frame.notification(reply));
        }
    }

    /** Ends the connection so that what was answered before still arrives, and nothing that is sent now. */
    private void lose() throws IOException {
        lost = true;
        participant.shutdownOutput();
        upstream.close();
    }

    /** Breaks the connection at once, for both sides. */
    void reset() {
        try {
            participant.setSoLinger(true, 0);
            upstream.setSoLinger(true, 0);
        } catch (IOException e) {
            log.debug("already closed", e);
        }
        end();
    }

    private void end() {
        close(participant);
        close(upstream);
        losses.values().forEach(wire::rearm);
        losses.clear();
        if (held != null) {
            held.ended();
        }
        wire.ended(this);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("closing", e);
        }
    }
}
