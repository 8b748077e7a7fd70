package dev.twinkeeper.scenarios.torture;

import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** For each client, when it first learnt the outcome of a task that it had submitted after a certain moment. */
final class Progress {
    private final long since;
    private final Map<String, Long> first = new ConcurrentHashMap<>();

    Progress(long since) {
        this.since = since;
    }

    long since() {
        return since;
    }

    void done(String client, long submitted, long at) {
        if (submitted >= since) {
            first.putIfAbsent(client, at);
        }
    }

    /** When the last of those clients got there; empty while one has not. */
    OptionalLong all(Collection<String> clients) {
        return clients.stream().allMatch(first::containsKey)
                ? OptionalLong.of(clients.stream().mapToLong(first::get).max().orElse(since))
                : OptionalLong.empty();
    }
}
