package dev.twinkeeper.contract;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes of a command or of a result: immutable, at most {@value #LIMIT} of them.
 *
 * <p>The limit is below the ensemble's own limit of one mebibyte a request ({@code jute.maxbuffer}), with room for
 * path, names and headers. It is checked here, before anything is sent, since a server answers an oversized request by
 * closing the connection, which looks like an outage. Servers whose own limit is smaller cannot be asked for it: there the
 * roles find out by a few tries.
 */
public final class Payload {
    /** The most bytes that a payload may have. */
    public static final int LIMIT = 1_000_000;

    public static final Payload EMPTY = new Payload(new byte[0]);

    private final byte[] bytes;

    private Payload(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A copy of these bytes.
     *
     * @throws CoordinationException {@link CoordinationException.Problem#TOO_LARGE} above {@link #LIMIT}
     */
    public static Payload of(byte[] bytes) {
        if (bytes.length > LIMIT) {
            throw new CoordinationException(
                    CoordinationException.Problem.TOO_LARGE,
                    "payload of " + bytes.length + " bytes: the limit is " + LIMIT);
        }
        return new Payload(bytes.clone());
    }

    /** The text in UTF-8. */
    public static Payload of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public int size() {
        return bytes.length;
    }

    /** The bytes as UTF-8 text; what is not UTF-8 is replaced. */
    public String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        String text = text();
        return text.length() <= 80 ? text : text.substring(0, 60) + "… (" + bytes.length + " bytes)";
    }
}
