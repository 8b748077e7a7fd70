package dev.twinkeeper.scenarios.lab;

import java.nio.ByteBuffer;
import org.apache.zookeeper.ZooDefs.OpCode;

/** Takes the sting out of a multi's checks, in place: ZooKeeper reads the version -1 as any version. */
final class CheckRemover {
    private static final int HEADER = 8;
    private static final int ANY_VERSION = -1;

    private CheckRemover() {}

    /** Changes a request frame; all but multis is left as it is. */
    static void ignore(ByteBuffer frame) {
        ByteBuffer at = frame.duplicate();
        if (frame.getInt(frame.position() + Integer.BYTES) != OpCode.multi) {
            return;
        }
        at.position(at.position() + HEADER);
        while (ignoreNext(at)) {
            // One operation after the other, up to the mark of the end.
        }
    }

    /** Returns false at the end, or before an operation that is not known here: then the rest stays as it is. */
    private static boolean ignoreNext(ByteBuffer at) {
        int type = at.getInt();
        boolean end = at.get() != 0;
        at.getInt(); // the error, of answers
        if (end) {
            return false;
        }
        skip(at); // the path
        switch (type) {
            case OpCode.check -> at.putInt(ANY_VERSION);
            case OpCode.delete -> at.getInt();
            case OpCode.setData -> {
                skip(at);
                at.getInt();
            }
            case OpCode.create, OpCode.create2 -> {
                skip(at);
                skipAcl(at);
                at.getInt(); // the flags
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A string or a buffer: its length, and as many bytes; a missing one has the length -1. */
    private static void skip(ByteBuffer at) {
        int length = at.getInt();
        at.position(at.position() + Math.max(0, length));
    }

    private static void skipAcl(ByteBuffer at) {
        int entries = at.getInt();
        for (int i = 0; i < entries; i++) {
            at.getInt(); // the permissions
            skip(at); // the scheme
            skip(at); // the id
        }
    }
}
