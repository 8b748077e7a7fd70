package dev.twinkeeper.raw.recipes;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.regex.Pattern;

/** An item of a {@link QueueRecipe}: its name, and its bytes as Curator's DistributedQueue writes them. */
final class QueueItem {
    static final String PREFIX = "queue-";

    private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{10}");

    /** What an item has besides its data. */
    private static final int FRAME = 2 * Integer.BYTES + 2;

    private QueueItem() {}

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** A version, a part with its length, an end. */
    static byte[] encode(byte[] data) {
        return ByteBuffer.allocate(FRAME + data.length)
                .putInt(0x00010001)
                .put((byte) 1)
                .putInt(data.length)
                .put(data)
                .put((byte) 2)
                .array();
    }

    /** Null, where these are other bytes. */
    static byte[] decode(byte[] item) {
        boolean isLong = item != null && item.length >= FRAME;
        byte[] data = isLong ? Arrays.copyOfRange(item, FRAME - 1, item.length - 1) : new byte[0];
        return Arrays.equals(encode(data), item) ? data : null;
    }
}
