package dev.twinkeeper.scenarios.topics;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Places clients on shards by consistent hashing. Each shard has many points on a ring; a client belongs to the shard
 * of the next point after its own hash. So another shard takes clients over only for itself, about its share of them,
 * and nobody moves between two that were there before. Immutable.
 */
final class HashRing {
    /** Of each shard: with this many, its share of the clients is even to about a tenth. */
    private static final int POINTS = 128;

    private final List<String> shards;
    private final TreeMap<Long, String> ring = new TreeMap<>();

    private HashRing(List<String> shards) {
        this.shards = List.copyOf(shards);
        for (String shard : shards) {
            for (int point = 0; point < POINTS; point++) {
                ring.put(hash(shard + "#" + point), shard);
            }
        }
    }

    static HashRing of(String... shards) {
        return new HashRing(List.of(shards));
    }

    /** The ring with one shard more. */
    HashRing with(String shard) {
        List<String> more = new ArrayList<>(shards);
        more.add(shard);
        return new HashRing(more);
    }

    /** Where that client submits. */
    String shard(String client) {
        var next = ring.ceilingEntry(hash(client));
        return (next == null ? ring.firstEntry() : next).getValue();
    }

    /** Not {@link String#hashCode}: it must be the same in every language, and spread names that are much alike. */
    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
