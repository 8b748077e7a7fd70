package dev.twinkeeper.scenarios.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What consistent hashing is for: few clients move, and only to the shard that is new. */
class HashRingTest {
    private static final List<String> CLIENTS =
            IntStream.range(0, 3_000).mapToObj(i -> "client-" + i).toList();

    private final HashRing two = HashRing.of("a").with("b");
    private final HashRing three = two.with("c");

    @Test
    void whoMovesMovesToTheNewShard() {
        assertThat(CLIENTS)
                .filteredOn(client -> !two.shard(client).equals(three.shard(client)))
                .allMatch(client -> three.shard(client).equals("c"))
                .hasSizeBetween(600, 1_500);
    }

    @Test
    void eachShardHasItsShare() {
        assertThat(List.of("a", "b", "c"))
                .allSatisfy(shard -> assertThat(CLIENTS)
                        .filteredOn(client -> three.shard(client).equals(shard))
                        .hasSizeBetween(600, 1_500));
    }

    /** What the model of docs/scaling.md reckons with. */
    @ParameterizedTest
    @CsvSource({"10, 1.2", "100, 1.4"})
    void theFullestShardIsNotMuchFullerThanTheMean(int shards, double most) {
        HashRing ring = HashRing.of(
                IntStream.range(0, shards).mapToObj(i -> "shard-" + i).toArray(String[]::new));
        int clients = 100_000;
        Map<String, Long> placed = IntStream.range(0, clients)
                .mapToObj(i -> "client-" + i)
                .collect(Collectors.groupingBy(ring::shard, Collectors.counting()));

        assertThat(placed).hasSize(shards);
        assertThat(Collections.max(placed.values())).isLessThan((long) (most * clients / shards));
    }

    @Test
    void theOrderInWhichShardsCameDoesNotMatter() {
        HashRing backwards = HashRing.of("c").with("b").with("a");

        assertThat(CLIENTS).allMatch(client -> three.shard(client).equals(backwards.shard(client)));
    }
}
