package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.layout.Layout;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper submit}: tasks, and their outcomes. */
@Command(
        name = "submit",
        description = {
            "Submits tasks, waits for their outcomes, prints a line for each: path, done or failed, result.",
            "Removes each task whose outcome it has printed. A task whose outcome is unknown when the time is up stays.",
            "Options come before the command; everything after its first word belongs to it."
        })
final class SubmitCommand implements Callable<Integer> {
    /** As many as a client may have under way, {@link Settings#backlog()}. */
    private static final int MOST = 1_000_000;

    /** To connect: no setting is shorter. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    private static final String NUMBER = "{}";

    @Mixin
    private ImplOption impl;

    @Mixin
    private ConnectOptions connection;

    @Option(
            names = "--count",
            paramLabel = "N",
            description =
                    "How many tasks to submit; {} in the command becomes the number of the task, from 0. Without --count,"
                            + " one task with the command as it stands.")
    private Integer count;

    @Option(
            names = "--number",
            paramLabel = "TEXT",
            defaultValue = NUMBER,
            description =
                    "What --count replaces by the number: another text if the command has its own {}. Default: ${DEFAULT-VALUE}.")
    private String number;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30s",
            description =
                    "How long to wait for all outcomes, from when it is connected, and to connect at all. Default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Option(
            names = "--no-wait",
            description = "Prints each task's path once it is acknowledged and does not wait for outcomes; ask later"
                    + " with 'status --task'.")
    private boolean noWait;

    @Option(names = "--json", description = "Prints one JSON object a line.")
    private boolean json;

    @Mixin
    private LogOption log;

    @Parameters(
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "The command, its words joined by blanks; 1000000 bytes at the most.")
    private List<String> words;

    private final Terminal terminal;

    SubmitCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        int tasks = count == null ? 1 : count;
        if (tasks < 1 || tasks > MOST) {
            throw CoordinationException.invalid("count", String.valueOf(count), "must be from 1 to " + MOST);
        }
        if (number.isEmpty()) {
            throw CoordinationException.invalid("number", number, "it must not be empty");
        }
        String command = String.join(" ", words);
        // Refuses what is too large before anything connects; the last number is the longest.
        payload(command, tasks - 1);
        Settings settings = connection.settings();
        if (timeout.compareTo(settings.connectTimeout()) < 0) {
            settings = settings.withConnectTimeout(timeout.compareTo(SHORTEST) < 0 ? SHORTEST : timeout);
        }
        log.open("submit", terminal);
        Narrator narrator = new Narrator(new Terminal(terminal.err(), terminal.err(), false));
        Client client = impl.coordination.client(settings, onlyTrouble(narrator));
        try {
            client.ready().toCompletableFuture().join();
        } catch (CompletionException e) {
            client.close();
            throw e;
        }
        Layout layout = new Layout(settings.connect().chroot());
        SubmitReport report = new SubmitReport(terminal, layout, json, !noWait);
        Batch batch = new Batch(client, each -> payload(command, each), tasks, !noWait, timeout, report);
        int unsent = batch.run();
        narrator.close();
        return report.end(unsent, connection.connect).code();
    }

    /** Standard output is for results; that a connection is lost a person wants to know. */
    private static Listener onlyTrouble(Narrator narrator) {
        return event -> {
            if (event instanceof Event.Disconnected || event instanceof Event.SessionExpired) {
                narrator.on(event);
            }
        };
    }

    private Payload payload(String command, int each) {
        return Payload.of(count == null ? command : command.replace(number, String.valueOf(each)));
    }
}
