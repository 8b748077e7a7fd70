package dev.twinkeeper.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * One value that many read and few write: readers are told of every latest value, in order; a writer writes only over
 * the value that it has seen. One object is one reader and writer.
 *
 * <p><b>The znodes.</b> {@code <path>/value} holds the bytes, and whatever writes them, zkCli included, writes a value.
 * A value that was {@linkplain #remove removed} leaves its znode there without data (null, not zero bytes), so that
 * versions go on counting and a writer from before the removal misses; delete it by hand and they begin at 0 again.
 * {@code <path>} itself holds the mark of the newest writer, made in the same transaction: it tells who wrote the value
 * when an answer was lost.
 *
 * <p><b>Guarantees not made.</b> A reader sees the latest value, not each: of two writes in a short time it may see
 * only the second. It may be behind a writer for a moment, never ahead, and never goes back. A writer misses whatever
 * this reader or the server saw before it; a znode that is deleted and made again by hand, and then written as often as
 * before, all before this reader is told of it, is taken for the old one. Readers compare zxids: after an ensemble was
 * restored from an old backup, make new readers too.
 */
public interface Configuration extends Recipe {
    /**
     * The value at a time.
     *
     * @param bytes empty where there is no value, which is not the same as a value of no bytes; not to be changed
     * @param version what {@link #set} compares: how often the znode was written since it was created, removals
     *     included; -1 where there is no znode
     * @param revision the zxid that wrote or removed it: a later value has a greater one. Where there is no znode, the
     *     zxid of the last change among its siblings, at which it was missing and which is greater than its own last one
     */
    record Value(Optional<byte[]> bytes, int version, long revision) {
        private static final int SHOWN = 20;

        /** @throws Failure {@link Problem#INVALID}: a version of -1 would be compared with nothing and overwrite all */
        public Value {
            if (version < -1 || version == -1 && bytes.isPresent() || revision < 0) {
                throw new Failure(Problem.INVALID, "no value has version " + version + " and revision " + revision);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Value that
                    && version == that.version
                    && revision == that.revision
                    && Arrays.equals(bytes.orElse(null), that.bytes.orElse(null));
        }

        @Override
        public int hashCode() {
            return Long.hashCode(revision);
        }

        @Override
        public String toString() {
            String text = bytes.map(
                            data -> data.length <= SHOWN ? "'" + new String(data, UTF_8) + "'" : data.length + " bytes")
                    .orElse("missing");
            return text + " (version " + version + ", 0x" + Long.toHexString(revision) + ")";
        }
    }

    /** Hears of every latest value, beginning with the first that was read. */
    interface Listener {
        void changed(Value value);

        /** It hears nothing more: the servers refuse it. */
        void failed(Failure why);
    }

    /** The newest value that this reader has seen; empty before the first. */
    Optional<Value> seen();

    /**
     * Reads the current value: it includes every write that was acknowledged before this call. That costs a transaction
     * that changes nothing. It blocks, so listeners must not call it.
     *
     * @throws Failure {@link Problem#CANNOT_CONNECT} where no server answered in that time
     */
    Value read(Duration patience);

    /**
     * Writes, if the value is still that one; creates it if that one is missing. It blocks, so listeners must not call
     * it.
     *
     * @param expected as it was seen or read
     * @param bytes 0 to {@value Recipe#MAX_DATA}
     * @return the value that was written; empty where somebody else was first: then nothing was written
     * @throws Failure {@link Problem#UNKNOWN} where the answer was lost, or did not come in that time, and the tree can't
     *     tell; {@link Problem#CANNOT_CONNECT} where no server was reached: nothing was sent; {@link Problem#TOO_LARGE};
     *     {@link Problem#FOREIGN} where the path is somebody else's
     */
    Optional<Value> set(Value expected, byte[] bytes, Duration patience);

    /** Removes the value, if it is still that one; the rest as with {@link #set}. A missing value can't be removed. */
    Optional<Value> remove(Value expected, Duration patience);
}
