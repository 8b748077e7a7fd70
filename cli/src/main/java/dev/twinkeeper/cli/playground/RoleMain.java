package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.events.EventJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The process of one role: its events go to standard output, one a line, commands come from standard input. When that
 * ends, so does the process: nothing outlives whoever started it.
 */
public final class RoleMain {
    /** The exit code where the controlling process went away, or asked for the end. */
    private static final int ENDED = 0;

    private static final Duration CONNECT = Duration.ofMinutes(5);

    /** Longer than any fault that a person leaves on while looking. */
    private static final Duration OUTCOME = Duration.ofMinutes(10);

    /** A finished task stays so long, to be seen in the tree. */
    private static final Executor LATER = CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS);

    /** The longest that a task may ask a worker to take. */
    private static final long LONGEST_WORK_MS = 10_000;

    /**
     * What a role is told on its command line.
     *
     * @param kind master, worker or client
     */
    record Arguments(
            String kind, String name, String implementation, String connect, long sessionTimeoutMs, int slots) {}

    private final PrintStream out;
    private final Role role;

    private RoleMain(Arguments given, PrintStream out) {
        this.out = out;
        Coordination by = Coordination.named(given.implementation());
        Settings settings = Settings.connect(given.connect())
                .withSessionTimeout(Duration.ofMillis(given.sessionTimeoutMs()))
                .withConnectTimeout(CONNECT)
                .withSlots(given.slots());
        role = switch (given.kind()) {
            case "master" -> by.master(new MasterId(given.name()), settings, this::on);
            case "worker" -> by.worker(new WorkerId(given.name()), settings, RoleMain::work, this::on);
            default -> by.client(settings, this::on);
        };
    }

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        RoleMain main = new RoleMain(parse(arguments[0]), out);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            main.onCommand(line.split(" ", 4));
        }
        Runtime.getRuntime().halt(ENDED);
    }

    private static Arguments parse(String json) throws JsonProcessingException {
        return PlaygroundJson.MAPPER.readValue(json, Arguments.class);
    }

    private void on(Event event) {
        out.println(EventJson.line(event));
    }

    private void onCommand(String[] words) {
        switch (words[0]) {
            case "close" -> new Thread(this::close, "close").start();
            case "submit" -> submit(Integer.parseInt(words[1]), words[2] + " " + words[3]);
            default -> throw new IllegalArgumentException("command: " + words[0]);
        }
    }

    private void close() {
        role.close();
        Runtime.getRuntime().halt(ENDED);
    }

    private void submit(int count, String command) {
        Client client = (Client) role;
        List<Payload> commands = Collections.nCopies(count, Payload.of(command));
        client.submitAll(commands).forEach(coming -> coming.thenAccept(task -> follow(client, task)));
    }

    private static void follow(Client client, TaskId task) {
        client.outcome(task, OUTCOME)
                .thenCompose(outcome -> CompletableFuture.supplyAsync(() -> client.collect(task), LATER));
    }

    /** A task is "MS WORDS": so long it takes, and the words are its result. */
    private static Payload work(Task task) throws InterruptedException {
        String[] words = task.command().text().split(" ", 2);
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(LONGEST_WORK_MS, Long.parseLong(words[0])));
        } catch (NumberFormatException byHand) {
            return task.command();
        }
        return Payload.of(words.length > 1 ? words[1] : "");
    }
}
