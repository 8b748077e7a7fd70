package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.scenarios.events.Observation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.jute.BinaryInputArchive;
import org.apache.zookeeper.MultiOperationRecord;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.OpCode;

/**
 * Reads ZooKeeper's frames: what stands after the four bytes of length. A request begins with xid and operation code, a
 * reply with xid, zxid and error code; the first frame each way is the handshake.
 */
final class Frame {
    static final int NOTIFICATION = -1;

    private static final int HEADER = 8;

    private static final int REPLY_HEADER = 16;

    private Frame() {}

    static int xid(ByteBuffer frame) {
        return frame.remaining() < Integer.BYTES ? 0 : frame.getInt(frame.position());
    }

    /** The session that a server grants in its answer to the handshake; null where it grants none. */
    static SessionCredentials session(ByteBuffer frame) {
        ByteBuffer fields = frame.duplicate();
        fields.getInt(); // the protocol's version
        int timeout = fields.getInt();
        long id = fields.getLong();
        byte[] password = new byte[fields.getInt()];
        fields.get(password);
        return timeout > 0 ? new SessionCredentials(id, password, Duration.ofMillis(timeout)) : null;
    }

    static Request request(ByteBuffer frame) {
        int code = frame.getInt(frame.position() + Integer.BYTES);
        String operation = OperationNames.name(code);
        if (code == OpCode.multi || code == OpCode.multiRead) {
            return multi(operation, frame);
        }
        List<String> paths = beginsWithPath(code) ? List.of(path(frame)) : List.of();
        return new Request(operation, paths, List.of(operation), frame.remaining());
    }

    /** Whether the request leaves a watch behind. */
    static boolean watches(ByteBuffer frame) {
        int code = frame.getInt(frame.position() + Integer.BYTES);
        return switch (code) {
            case OpCode.addWatch -> true;
            // Their last field is the flag.
            case OpCode.exists, OpCode.getData, OpCode.getChildren, OpCode.getChildren2 ->
                frame.get(frame.limit() - 1) != 0;
            default -> false;
        };
    }

    /** Of a reply: its number, its zxid and its error. */
    static Observation.Answered answer(ByteBuffer frame) {
        ByteBuffer fields = frame.duplicate();
        return new Observation.Answered(fields.getInt(), fields.getLong(), fields.getInt());
    }

    /** Of a watch that fired: behind a reply's header stand the type of the event, the session's state and the path. */
    static Observation.Notified notification(ByteBuffer frame) {
        ByteBuffer fields = frame.duplicate();
        fields.position(fields.position() + REPLY_HEADER);
        Watcher.Event.EventType type = Watcher.Event.EventType.fromInt(fields.getInt());
        fields.getInt(); // the session's state
        byte[] path = new byte[Math.max(0, fields.getInt())];
        fields.get(path);
        return new Observation.Notified(type.name(), new String(path, StandardCharsets.UTF_8));
    }

    private static boolean beginsWithPath(int code) {
        return switch (code) {
            case OpCode.create,
                    OpCode.create2,
                    OpCode.createContainer,
                    OpCode.createTTL,
                    OpCode.delete,
                    OpCode.exists,
                    OpCode.getData,
                    OpCode.setData,
                    OpCode.getACL,
                    OpCode.setACL,
                    OpCode.getChildren,
                    OpCode.getChildren2,
                    OpCode.getAllChildrenNumber,
                    OpCode.sync,
                    OpCode.addWatch,
                    OpCode.checkWatches,
                    OpCode.removeWatches -> true;
            default -> false;
        };
    }

    private static String path(ByteBuffer frame) {
        int at = frame.position() + HEADER;
        int length = frame.getInt(at);
        byte[] bytes = new byte[Math.max(0, length)];
        frame.duplicate().position(at + Integer.BYTES).get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Request multi(String operation, ByteBuffer frame) {
        MultiOperationRecord record = new MultiOperationRecord();
        int from = frame.arrayOffset() + frame.position() + HEADER;
        try {
            record.deserialize(
                    BinaryInputArchive.getArchive(
                            new ByteArrayInputStream(frame.array(), from, frame.remaining() - HEADER)),
                    "request");
        } catch (IOException e) {
            throw new IllegalStateException("a multi that ZooKeeper itself cannot read", e);
        }
        List<String> paths = new ArrayList<>(record.size());
        List<String> operations = new ArrayList<>(record.size());
        for (Op op : record) {
            paths.add(op.getPath());
            operations.add(OperationNames.name(op.getType()));
        }
        return new Request(operation, paths, operations, frame.remaining());
    }
}
