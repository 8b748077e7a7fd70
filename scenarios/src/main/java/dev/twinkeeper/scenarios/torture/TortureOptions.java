package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.contract.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a run is to do.
 *
 * @param implementations one, or several that take the roles in turn: names, or classes, of
 *     {@link dev.twinkeeper.contract.Coordination}
 * @param duration how long there is load and faults
 * @param rate how many tasks a second all clients together submit
 * @param seed of the schedule and of the load
 * @param kinds the faults that may come
 * @param servers how many: three, or five
 * @param secure whether the servers turn away who gives no credentials, and the tree is locked to those of the run
 * @param fenced whether the masters' checks reach the servers; without them, the checker has something to find
 * @param out where everything goes: a directory that is empty or not there
 */
public record TortureOptions(
        List<String> implementations,
        Duration duration,
        double rate,
        long seed,
        Collection<FaultKind> kinds,
        int servers,
        boolean secure,
        boolean fenced,
        Path out) {
    /** Roles of all implementations in one cluster. */
    public static final String MIXED = "mixed";

    private static final int MOST_SERVERS = 5;

    /** The session timeout of the roles. */
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);

    /** What nobody collects is removed after this, in a long run. */
    private static final Duration RETENTION = Duration.ofMinutes(10);

    /** @throws IllegalArgumentException naming what makes no sense */
    public TortureOptions {
        implementations = List.copyOf(implementations);
        kinds = List.copyOf(new TreeSet<>(kinds));
        if (implementations.isEmpty() || kinds.isEmpty()) {
            throw new IllegalArgumentException("an implementation and a kind of fault at the least");
        }
        if (!(rate >= 1 && rate <= 10_000)) {
            throw new IllegalArgumentException("rate '" + rate + "': must be from 1 to 10000 tasks a second");
        }
        if (servers != Servers.SIZE && servers != MOST_SERVERS) {
            throw new IllegalArgumentException("servers '" + servers + "': must be 3 or 5");
        }
        if (duration.compareTo(Duration.ofSeconds(5)) < 0 || duration.compareTo(Duration.ofHours(24)) > 0) {
            throw new IllegalArgumentException("duration '" + duration.toSeconds() + "s': must be from 5s to 24h");
        }
    }

    /** The one that is the i-th of a kind of role, from 1. */
    String implementation(int i) {
        return implementations.get((i - 1) % implementations.size());
    }

    /** The line that runs the same again. */
    public String command() {
        String faults = kinds.size() == FaultKind.values().length
                ? ""
                : " --faults " + kinds.stream().map(FaultKind::text).collect(Collectors.joining(","));
        return "./twinkeeper torture --impl " + implementation() + " --duration " + Durations.format(duration)
                + " --rate "
                + (rate == Math.rint(rate) ? String.valueOf((long) rate) : String.valueOf(rate)) + " --seed " + seed
                + faults
                + (servers == Servers.SIZE ? "" : " --servers " + servers)
                + (secure ? " --secure" : "")
                + (fenced ? "" : " --without-fence");
    }

    /** The implementation's name, or the word for several. */
    String implementation() {
        return implementations.size() == 1 ? implementations.get(0) : MIXED;
    }

    /** Where the credentials of a run with {@link #secure} stand. */
    Path authFile() {
        return out.toAbsolutePath().resolve("secrets").resolve("auth");
    }

    Duration sessionTimeout() {
        return SESSION_TIMEOUT;
    }

    Duration retention() {
        return RETENTION;
    }
}
