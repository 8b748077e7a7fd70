package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.scenarios.checker.JsonLines;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The process of one role under test. It ends when it is told to, when its standard input ends, or when the recorder is
 * gone: so nothing survives the controlling process.
 */
public final class RoleProcess {
    /** The exit code where the controlling process went away. */
    static final int ABANDONED = 9;

    private static final int REFUSED = 4;

    /** A process may be started while there is no quorum, which lasts as long as the longest fault and an election. */
    private static final Duration CONNECT = Duration.ofSeconds(60);

    private final RoleArguments part;
    private final RecorderClient recorderClient;
    private final Role role;
    private final Workload load;

    private RoleProcess(RoleArguments part, RecorderClient recorderClient) throws IOException {
        this.part = part;
        this.recorderClient = recorderClient;
        Coordination by = coordination(part.implementation());
        Settings settings = Settings.connect(part.connect())
                .withSessionTimeout(Duration.ofMillis(part.sessionTimeoutMs()))
                .withConnectTimeout(CONNECT)
                .withRetention(Duration.ofMillis(part.retentionMs()))
                // Here a worker is lost because of a fault, and never because of its tasks.
                .withLostWorkers(1_000)
                .withAddress(part.name() + "@localhost")
                .withSlots(part.slots())
                .withSecurity(part.authFile().isEmpty() ? Security.NONE : RunSecret.read(Path.of(part.authFile())));
        switch (part.kind()) {
            case "master" -> {
                role = by.master(new MasterId(part.name()), settings, this::on);
                load = null;
            }
            case "worker" -> {
                role = by.worker(
                        new WorkerId(part.name()), settings, new SimulatedWork(part.name(), recorderClient), this::on);
                load = null;
            }
            default -> {
                Client client = by.client(settings, this::on);
                role = client;
                load = new Workload(part, client, recorderClient);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        ParentWatch.tie();
        HostNames.forgetAtOnce();
        RoleArguments part = JsonLines.parse(arguments[0], RoleArguments.class);
        RecorderClient recorderClient = new RecorderClient(part);
        RoleProcess process = new RoleProcess(part, recorderClient);
        process.role.ready().whenComplete(process::onReady);
        recorderClient.listen(process::onCommand);
    }

    /** By name, or by class: the suite's broken implementations have no service file. */
    private static Coordination coordination(String implementation) {
        if (!implementation.contains(".")) {
            return Coordination.named(implementation);
        }
        try {
            return (Coordination)
                    Class.forName(implementation).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("no implementation: " + implementation, e);
        }
    }

    private void onReady(Void nothing, Throwable problem) {
        if (problem == null) {
            recorderClient.report(JsonLines.line("ready"));
        } else {
            recorderClient.report(JsonLines.line("refused").put("why", String.valueOf(problem.getMessage())));
            Runtime.getRuntime().halt(REFUSED);
        }
    }

    private void onCommand(String command) {
        String[] words = command.split(" ");
        switch (words[0]) {
            case "load" -> load.begin(Double.parseDouble(words[1]));
            case "rest" -> load.rest();
            case "adopt" -> load.adopt(List.of(words).subList(1, words.length));
            case "clock" -> recorderClient.report(JsonLines.line("clock").put("wall", System.currentTimeMillis()));
            case "memory" -> new Thread(this::measure, "measure").start();
            case "close" -> new Thread(this::close, "close").start();
            default -> throw new IllegalArgumentException("command: " + command);
        }
    }

    private void measure() {
        // Twice: what the first one finalizes, the second one frees.
        System.gc();
        System.gc();
        recorderClient.report(JsonLines.line("memory")
                .put(
                        "heap",
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed())
                .put("threads", ManagementFactory.getThreadMXBean().getThreadCount() - 1));
    }

    private void close() {
        role.close();
        if (load != null) {
            load.close();
        }
        recorderClient.report(JsonLines.line("closed"));
        System.exit(0);
    }

    /** Says what happened, without what comes once a task; evidence is only what was seen from outside. */
    private void on(Event event) {
        if (event instanceof Event.TaskAssigned
                || event instanceof Event.TaskStarted
                || event instanceof Event.TaskCompleted
                || event instanceof Event.Submitted
                || event instanceof Event.Learnt
                || event instanceof Event.Collected) {
            return;
        }
        ObjectNode line = JsonLines.line("event").put("event", event.getClass().getSimpleName());
        if (event instanceof Event.Elected elected) {
            line.put("epoch", elected.epoch());
        } else if (event instanceof Event.Deposed deposed) {
            line.put("epoch", deposed.epoch()).put("why", deposed.why());
        } else {
            line.put("text", event.toString());
        }
        recorderClient.report(line);
        if (event instanceof Event.Refused refused) {
            recorderClient.report(JsonLines.line("refused").put("why", refused.message()));
        }
    }
}
