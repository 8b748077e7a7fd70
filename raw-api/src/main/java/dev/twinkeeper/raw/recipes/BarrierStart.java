package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.zookeeper.data.Stat;

/**
 * The start node of a {@link BarrierRecipe} as it was read: every step names its version. Names are used again, so a
 * znode is of this round only if it is older than its beginning.
 *
 * @param began the zxid of that
 * @param names of those who are in; none while members gather
 */
record BarrierStart(int version, long began, List<String> names) {
    static final BarrierStart NONE = new BarrierStart(0, 0, List.of());

    static BarrierStart of(byte[] data, Stat stat) {
        boolean gathering = data == null || data.length == 0;
        List<String> names = gathering ? List.of() : List.of(new String(data, UTF_8).split("\n", -1));
        return new BarrierStart(stat.getVersion(), stat.getMzxid(), names);
    }

    static byte[] encode(List<String> names) {
        return String.join("\n", names).getBytes(UTF_8);
    }

    boolean isGathering() {
        return names.isEmpty();
    }

    /** Those of the round whose names are among these, first come, first. */
    List<String> there(List<String> children) {
        List<String> there = new ArrayList<>(names);
        there.retainAll(new HashSet<>(children));
        return there;
    }

    BarrierStart without(String name) {
        return new BarrierStart(
                version,
                began,
                names.stream().filter(each -> !each.equals(name)).toList());
    }
}
