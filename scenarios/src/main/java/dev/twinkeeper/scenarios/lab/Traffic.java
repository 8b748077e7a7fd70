package dev.twinkeeper.scenarios.lab;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * What went over one or more {@link Wire}s: a snapshot of counts.
 *
 * @param requests by the operation's name, pings and the handshake left out
 * @param operations by name, those within a multi: {@code create}, {@code delete}, {@code setData}, {@code check}
 * @param pings heartbeats, which cost nothing but time
 * @param watches set by a read with a watch or by {@code addWatch}; those set again after a reconnect are requests
 *     ({@code setWatches}) and not counted here
 * @param notifications watch events received
 * @param connections accepted from the participant
 * @param sent bytes from the participant
 * @param received bytes to the participant
 */
public record Traffic(
        Map<String, Long> requests,
        Map<String, Long> operations,
        long pings,
        long watches,
        long notifications,
        long connections,
        long sent,
        long received) {
    public static final Traffic NONE = new Traffic(Map.of(), Map.of(), 0, 0, 0, 0, 0, 0);

    public Traffic {
        requests = Map.copyOf(requests);
        operations = Map.copyOf(operations);
    }

    /** All requests together. */
    public long total() {
        return requests.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Those requests that write: each is one entry in every server's log. */
    public long writes() {
        return requests.entrySet().stream()
                .filter(each -> OperationNames.writes(each.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Requests of that name. */
    public long requests(String operation) {
        return requests.getOrDefault(operation, 0L);
    }

    /** Operations of that name within multis. */
    public long operations(String operation) {
        return operations.getOrDefault(operation, 0L);
    }

    public Traffic plus(Traffic other) {
        return merge(other, Long::sum);
    }

    /** What came since that earlier snapshot. */
    public Traffic minus(Traffic earlier) {
        return merge(earlier, (now, then) -> now - then);
    }

    private Traffic merge(Traffic other, BinaryOperator<Long> with) {
        return new Traffic(
                merge(requests, other.requests, with),
                merge(operations, other.operations, with),
                with.apply(pings, other.pings),
                with.apply(watches, other.watches),
                with.apply(notifications, other.notifications),
                with.apply(connections, other.connections),
                with.apply(sent, other.sent),
                with.apply(received, other.received));
    }

    private static Map<String, Long> merge(Map<String, Long> a, Map<String, Long> b, BinaryOperator<Long> with) {
        Map<String, Long> merged = new TreeMap<>(a);
        b.forEach((name, count) -> merged.put(name, with.apply(merged.getOrDefault(name, 0L), count)));
        merged.values().removeIf(count -> count == 0);
        return merged;
    }
}
