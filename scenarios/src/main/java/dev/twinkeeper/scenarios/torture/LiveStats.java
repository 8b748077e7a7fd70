package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the history says just now: how far each client is, and who executes what. Kept for steering the run; the checker
 * reads the history itself.
 */
final class LiveStats implements HistoryRecorder.Listener {
    /** One operation that a client has begun and not ended. */
    record Open(long id, String op, String task) {}

    /** A task under work at a worker. */
    record Execution(String worker, String task, long begin, long ms) {}

    private static final class Account {
        final Map<Long, Open> open = new LinkedHashMap<>();

        /** When the submit of each was invoked: acknowledged, and not seen to the end yet. */
        final Map<String, Long> tasks = new LinkedHashMap<>();

        final Map<Long, Long> submits = new LinkedHashMap<>();
    }

    /** What the contract says to a client where an ACL forbids a submit. */
    private static final String REFUSED = "no permission";

    /** What a role says where an ACL forbids what it needs. */
    private static final String NOAUTH = "NOAUTH";

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Account> clients = new LinkedHashMap<>();
    private final Map<String, Execution> executions = new LinkedHashMap<>();
    private final Map<String, ObjectNode> memory = new LinkedHashMap<>();
    private final Map<String, Long> clocks = new LinkedHashMap<>();
    private final Map<String, Long> ready = new LinkedHashMap<>();
    private final List<Progress> watches = new ArrayList<>();

    private long acknowledged;
    private long known;
    private long collected;
    private long gone;
    private long refusals;
    private boolean loaded;
    private long lastProgress;
    private long longestGap;
    private long longestGapAt;

    @Override
    public void on(long at, String process, ObjectNode line) {
        lock.lock();
        try {
            String type = line.path("type").asText();
            switch (line.path("op").asText()) {
                case "submit" -> onSubmit(at, account(process), type, line);
                case "outcome" -> onOutcome(at, process, type, line);
                case "collect" -> onCollect(account(process), type, line);
                case "execute" -> onExecute(at, process, type, line);
                case "memory" -> memory.put(process, line);
                case "clock" -> clocks.put(process, line.path("wall").asLong());
                case "event" -> onEvent(line);
                case "ready" -> ready.put(process, at);
                default -> {}
            }
        } finally {
            lock.unlock();
        }
    }

    private Account account(String client) {
        return clients.computeIfAbsent(client, unused -> new Account());
    }

    private static long id(ObjectNode line) {
        return line.path("id").asLong();
    }

    private static String task(ObjectNode line) {
        return line.path("task").asText();
    }

    private void onSubmit(long at, Account client, String type, ObjectNode line) {
        if (type.equals("invoke")) {
            client.open.put(id(line), new Open(id(line), "submit", ""));
            client.submits.put(id(line), at);
            return;
        }
        client.open.remove(id(line));
        Long invoked = client.submits.remove(id(line));
        if (type.equals("ok")) {
            acknowledged++;
            client.tasks.put(task(line), invoked == null ? at : invoked);
        } else if (line.path("why").asText().contains(REFUSED)) {
            refusals++;
        }
    }

    private void onEvent(ObjectNode line) {
        if (line.path("text").asText().contains(NOAUTH)) {
            refusals++;
        }
    }

    private void onOutcome(long at, String process, String type, ObjectNode line) {
        Account client = account(process);
        if (type.equals("invoke")) {
            client.open.put(id(line), new Open(id(line), "outcome", task(line)));
            return;
        }
        client.open.remove(id(line));
        if (type.equals("ok")) {
            known++;
            progress(at);
            long submitted = client.tasks.getOrDefault(task(line), 0L);
            watches.forEach(watch -> watch.done(process, submitted, at));
        } else if (line.path("gone").asBoolean()) {
            gone++;
            client.tasks.remove(task(line));
        }
    }

    private void onCollect(Account client, String type, ObjectNode line) {
        if (type.equals("invoke")) {
            client.open.put(id(line), new Open(id(line), "collect", task(line)));
            return;
        }
        client.open.remove(id(line));
        // Whatever came of it: the client does no more for this task.
        client.tasks.remove(task(line));
        if (type.equals("ok")) {
            collected++;
        }
    }

    private void onExecute(long at, String worker, String type, ObjectNode line) {
        String key = worker + " " + task(line);
        if (type.equals("begin")) {
            executions.put(
                    key, new Execution(worker, task(line), at, line.path("ms").asLong()));
        } else {
            executions.remove(key);
        }
    }

    private void progress(long at) {
        if (loaded && at - lastProgress > longestGap) {
            longestGap = at - lastProgress;
            longestGapAt = lastProgress;
        }
        lastProgress = at;
    }

    /** Whether there is load, so that a pause without progress means something. */
    void loaded(boolean now, long at) {
        with(() -> {
            if (loaded && !now) {
                progress(at);
            }
            loaded = now;
            lastProgress = at;
            return null;
        });
    }

    /** A process has ended: its executions with it. Returns what it left open, and forgets it. */
    List<Open> ended(String process) {
        return with(() -> {
            executions.values().removeIf(execution -> execution.worker().equals(process));
            ready.remove(process);
            Account client = clients.get(process);
            if (client == null) {
                return List.of();
            }
            return List.copyOf(client.open.values());
        });
    }

    /** The tasks of that client that were acknowledged and not seen to the end. */
    List<String> unfinished(String client) {
        return with(() -> List.copyOf(account(client).tasks.keySet()));
    }

    /** Watches the clients' progress from now on. */
    Progress watch(long since) {
        return with(() -> {
            Progress watch = new Progress(since);
            watches.add(watch);
            return watch;
        });
    }

    void unwatch(Progress watch) {
        with(() -> watches.remove(watch));
    }

    /** What a worker has under way that keeps it busy longest from now on. */
    Optional<Execution> longest(String worker, long now) {
        return with(() -> executions.values().stream()
                .filter(execution -> execution.worker().equals(worker))
                .filter(execution -> execution.begin() + RunClock.micros(execution.ms()) > now)
                .max((a, b) -> Long.compare(a.begin() + RunClock.micros(a.ms()), b.begin() + RunClock.micros(b.ms()))));
    }

    /** The answer of a process to {@code memory}, taken away. */
    Optional<ObjectNode> takeMemory(String process) {
        return with(() -> Optional.ofNullable(memory.remove(process)));
    }

    /** The answer of a process to {@code clock}, in milliseconds since 1970, taken away. */
    Optional<Long> takeClock(String process) {
        return with(() -> Optional.ofNullable(clocks.remove(process)));
    }

    /** How often a role was heard to be refused by an ACL. */
    long refusals() {
        return with(() -> refusals);
    }

    boolean isReady(String process) {
        return with(() -> ready.containsKey(process));
    }

    /** How many operations and tasks of clients are under way. */
    long outstanding() {
        return with(() -> clients.values().stream()
                .mapToLong(client -> client.open.values().stream()
                                .filter(open -> open.op().equals("submit"))
                                .count()
                        + client.tasks.size())
                .sum());
    }

    long acknowledged() {
        return with(() -> acknowledged);
    }

    long known() {
        return with(() -> known);
    }

    /** The longest time without an outcome while there was load, and when it began; microseconds. */
    long[] longestGap() {
        return with(() -> new long[] {longestGap, longestGapAt});
    }

    Map<String, Long> counts() {
        return with(() -> {
            Map<String, Long> counts = new LinkedHashMap<>();
            counts.put("acknowledged", acknowledged);
            counts.put("outcomes", known);
            counts.put("collected", collected);
            counts.put("gone", gone);
            return counts;
        });
    }

    private interface Question<T> {
        T ask();
    }

    private <T> T with(Question<T> question) {
        lock.lock();
        try {
            return question.ask();
        } finally {
            lock.unlock();
        }
    }
}
