package dev.twinkeeper.recipes;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * One value that many read and few write: readers are told of every latest value, in order; a writer writes only over
 * the value that it has seen. One object is one reader and writer.
 *
 * <p><b>Guarantees not made.</b> A reader sees the latest value, not each: of two writes in a short time it may see the
 * second only. It may be behind a writer for a moment, never ahead, and never goes back.
 */
public interface Configuration extends Recipe {
    /**
     * The value at a time.
     *
     * @param bytes empty where there is no value, which is not the same as a value of no bytes
     * @param version what {@link #set} compares: how often it was written since it was created; -1 where there is none
     * @param revision the zxid that wrote it: a later value has a greater one. Of a missing value, the zxid at which
     *     it was found missing or removed, as far as is known; else 0
     */
    record Value(Optional<byte[]> bytes, int version, long revision) {
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
     * Reads the value as of now: whatever anybody was told to be written before this call is in it.
     *
     * @throws Failure {@link Problem#CANNOT_CONNECT} where no server answered in that time
     */
    Value read(Duration patience);

    /**
     * Writes, if the value is still that one; creates it where that one is missing.
     *
     * @param expected as it was seen or read
     * @param bytes 0 to {@value Recipe#MAX_DATA}
     * @return the value as it is now; empty where somebody else was first: then nothing was written
     * @throws Failure {@link Problem#UNKNOWN} where the connection was lost before the answer and the tree can't tell;
     *     {@link Problem#TOO_LARGE}; {@link Problem#CANNOT_CONNECT}
     */
    Optional<Value> set(Value expected, byte[] bytes, Duration patience);

    /** Removes the value, if it is still that one; the rest as with {@link #set}. */
    Optional<Value> remove(Value expected, Duration patience);
}
