package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.checker.JsonLines;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The load of one client: submits at an even pace, waits for each outcome, collects. The number of tasks under way has
 * a bound, so under an outage it slows down; what it owes then it makes up for at twice the pace. One thread owns it all.
 */
final class Workload implements AutoCloseable {
    private static final long TICK_MS = 20;

    /** Longer than any outage that a run makes: a question seldom has to be asked twice. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Thousands of reports take less. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    /** Each incarnation counts its operations from another number, so that they are unique by the name. */
    private static final long INCARNATION = 1_000_000_000;

    private final RoleArguments part;
    private final Client client;
    private final RecorderClient recorderClient;
    private final Random random;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Workload::thread);

    private long ids;
    private long commands;
    private double rate;
    private double owed;
    private int underWay;

    Workload(RoleArguments part, Client client, RecorderClient recorderClient) {
        this.part = part;
        this.client = client;
        this.recorderClient = recorderClient;
        this.ids = part.incarnation() * INCARNATION;
        this.random = new Random(part.seed() * 31 + part.name().hashCode() * 7L + part.incarnation());
        thread.scheduleAtFixedRate(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "load");
        thread.setDaemon(true);
        return thread;
    }

    /** Submits that many tasks a second from now on. */
    void begin(double perSecond) {
        thread.execute(() -> {
            rate = perSecond;
            owed = 0;
        });
    }

    /** Submits nothing more; what is under way goes on. */
    void rest() {
        begin(0);
    }

    /** Sees tasks to the end that an earlier incarnation left behind. */
    void adopt(List<String> tasks) {
        thread.execute(() -> {
            underWay += tasks.size();
            tasks.forEach(task -> ask(new TaskId(task)));
        });
    }

    private void tick() {
        double perTick = rate * TICK_MS / 1_000;
        owed = Math.min(owed + perTick, part.outstanding());
        int most = Math.min(part.outstanding() - underWay, (int) Math.ceil(2 * perTick));
        int count = Math.min((int) owed, most);
        if (count > 0) {
            owed -= count;
            submit(count);
        }
    }

    private void submit(int count) {
        List<Long> numbers = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String command = command();
            ObjectNode line = invoke("submit").put("command", command);
            recorderClient.report(line);
            numbers.add(line.get("id").asLong());
            texts.add(command);
        }
        underWay += count;
        List<CompletionStage<TaskId>> answers =
                client.submitAll(texts.stream().map(Payload::of).toList());
        for (int i = 0; i < count; i++) {
            long id = numbers.get(i);
            String command = texts.get(i);
            answers.get(i).whenCompleteAsync((task, problem) -> onSubmitted(id, command, task, problem), thread);
        }
    }

    /** Most of the work is short, some takes long enough to be caught in the middle of it, and some fails. */
    private String command() {
        int kind = random.nextInt(1_000);
        int ms = kind < 700
                ? 2 + random.nextInt(19)
                : kind < 950
                        ? 50 + random.nextInt(251)
                        : kind < 995 ? 300 + random.nextInt(501) : 1_000 + random.nextInt(2_001);
        String fails = random.nextInt(50) == 0 ? " " + SimulatedWork.FAIL : "";
        return part.name() + "." + part.incarnation() + "." + ++commands + " " + ms + fails;
    }

    private void onSubmitted(long id, String command, TaskId task, Throwable problem) {
        ObjectNode line = end("submit", problem, id).put("command", command);
        if (problem == null) {
            recorderClient.report(line.put("task", task.name()));
            ask(task);
        } else {
            recorderClient.report(line);
            underWay--;
        }
    }

    private void ask(TaskId task) {
        ObjectNode line = invoke("outcome").put("task", task.name());
        recorderClient.report(line);
        long id = line.get("id").asLong();
        client.outcome(task, PATIENCE)
                .whenCompleteAsync((outcome, problem) -> onOutcome(id, task, outcome, problem), thread);
    }

    private void onOutcome(long id, TaskId task, Outcome outcome, Throwable problem) {
        ObjectNode line = end("outcome", problem, id).put("task", task.name());
        if (outcome instanceof Outcome.Done done) {
            recorderClient.report(
                    line.put("outcome", "done").put("result", done.result().text()));
            collect(task);
        } else if (outcome instanceof Outcome.Failed failed) {
            recorderClient.report(line.put("outcome", "failed").put("result", failed.reason()));
            collect(task);
        } else {
            boolean gone = outcome instanceof Outcome.Unknown unknown && unknown.reason() != Outcome.Reason.TIME_UP;
            String why = outcome instanceof Outcome.Unknown unknown
                    ? unknown.why()
                    : line.path("why").asText();
            recorderClient.report(line.put("type", "info").put("why", why).put("gone", gone));
            if (problem == null && !gone) {
                ask(task);
            } else {
                underWay--;
            }
        }
    }

    private void collect(TaskId task) {
        ObjectNode line = invoke("collect").put("task", task.name());
        recorderClient.report(line);
        long id = line.get("id").asLong();
        client.collect(task).whenCompleteAsync((removed, problem) -> onCollected(id, task, removed, problem), thread);
    }

    private void onCollected(long id, TaskId task, Boolean removed, Throwable problem) {
        ObjectNode line = end("collect", problem, id).put("task", task.name());
        recorderClient.report(problem == null ? line.put("removed", removed) : line);
        underWay--;
    }

    private ObjectNode invoke(String op) {
        return JsonLines.line(op, "invoke").put("id", ++ids);
    }

    /** Fail only where nothing was sent or applied; whatever else went wrong may have been applied. */
    private static ObjectNode end(String op, Throwable problem, long id) {
        if (problem == null) {
            return JsonLines.line(op, "ok").put("id", id);
        }
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        boolean refused = cause instanceof CoordinationException known
                && switch (known.problem()) {
                    case FULL, INVALID, TOO_LARGE, NOT_ALLOWED -> true;
                    default -> false;
                };
        return JsonLines.line(op, refused ? "fail" : "info")
                .put("id", id)
                .put("why", String.valueOf(cause.getMessage()));
    }

    /** After the client was closed: what it left open is still reported. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
