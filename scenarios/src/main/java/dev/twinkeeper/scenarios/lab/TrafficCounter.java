package dev.twinkeeper.scenarios.lab;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters behind a {@link Traffic}. */
final class TrafficCounter {
    private static final String PING = "ping";

    private final Map<String, LongAdder> requests = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> operations = new ConcurrentHashMap<>();
    private final LongAdder pings = new LongAdder();
    private final LongAdder watches = new LongAdder();
    private final LongAdder notifications = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final LongAdder received = new LongAdder();

    void connected() {
        connections.increment();
    }

    void requested(Request request, boolean watch) {
        if (request.operation().equals(PING)) {
            pings.increment();
            return;
        }
        count(requests, request.operation());
        if (request.operation().equals("multi")) {
            request.operations().forEach(operation -> count(operations, operation));
        }
        if (watch) {
            watches.increment();
        }
    }

    void notified() {
        notifications.increment();
    }

    void sent(int bytes) {
        sent.add(bytes);
    }

    void received(int bytes) {
        received.add(bytes);
    }

    private static void count(Map<String, LongAdder> counters, String name) {
        counters.computeIfAbsent(name, unused -> new LongAdder()).increment();
    }

    Traffic snapshot() {
        return new Traffic(
                sums(requests),
                sums(operations),
                pings.sum(),
                watches.sum(),
                notifications.sum(),
                connections.sum(),
                sent.sum(),
                received.sum());
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counters) {
        Map<String, Long> sums = new HashMap<>();
        counters.forEach((name, counter) -> sums.put(name, counter.sum()));
        return sums;
    }
}
