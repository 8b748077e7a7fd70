package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.checker.ClockStep;
import dev.twinkeeper.scenarios.checker.JsonLines;
import dev.twinkeeper.scenarios.lab.ChildProcess;
import dev.twinkeeper.scenarios.lab.TreeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Version;

/**
 * A run: an ensemble, roles and a load, each a process of its own; random faults; and at the end everything that a checker
 * needs, in one directory. What holds is not decided here.
 */
public final class Torture {
    private static final Duration START = Duration.ofSeconds(60);

    /** Long enough for classes to be loaded and connections to be warm, so that memory can be compared. */
    private static final Duration WARM_UP = Duration.ofSeconds(4);

    /** What is left when the load stops has to be done within this. */
    private static final Duration DRAIN = Duration.ofSeconds(60);

    private static final long PROGRESS_EVERY_MS = 5_000;

    /** What came of a run: where its records are, and what went wrong that needs no checker. */
    public record Result(Path out, List<String> failures) {}

    private final TortureOptions options;
    private final Consumer<String> say;
    private final RunClock clock = new RunClock();
    private final LiveStats stats = new LiveStats();
    private Map<String, RoleFleet.Weight> before = Map.of();
    private volatile String now = "starts";
    private volatile int injected;
    private volatile int seen;

    private Torture(TortureOptions options, Consumer<String> say) {
        this.options = options;
        this.say = say;
    }

    /**
     * Runs it; all processes have ended when this returns, and when this process ends.
     *
     * @param say hears how it goes, in lines for people
     * @throws IllegalStateException where the run could not be done, with the reason
     */
    public static Result run(TortureOptions options, Consumer<String> say) {
        Thread hook = new Thread(ChildProcess::killAll, "torture-end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return new Torture(options, say).run();
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalStateException("the run could not be done: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the run was interrupted", e);
        } catch (KeeperException e) {
            throw new IllegalStateException("the tree could not be read at the end: " + e.getMessage(), e);
        } finally {
            unhook(hook);
        }
    }

    private static void unhook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            // Then the hook does its work.
            hook.setName("torture-end at work");
        }
    }

    private Result run() throws IOException, InterruptedException, KeeperException {
        checkEmpty(options.out());
        ObjectNode record = JsonLines.object();
        describe(record);
        if (options.secure()) {
            RunSecret.write(options.authFile());
        }
        try (HistoryRecorder recorder = new HistoryRecorder(clock, options.out().resolve("history.jsonl"), stats);
                Servers servers = new Servers(options.out().resolve("servers"), options.servers(), options.secure());
                RoleFleet fleet = new RoleFleet(options, servers, recorder, stats)) {
            servers.start();
            run(recorder, servers, fleet, record);
            Files.writeString(options.out().resolve("run.json"), JsonLines.pretty(record));
            return new Result(options.out(), fleet.failures());
        }
    }

    private void run(HistoryRecorder recorder, Servers servers, RoleFleet fleet, ObjectNode record)
            throws IOException, InterruptedException, KeeperException {
        Security security = options.secure() ? RunSecret.read(options.authFile()) : Security.NONE;
        try (LiveTreeReader reader = reader(recorder, servers, security);
                EnsembleMonitor monitor = new EnsembleMonitor(clock, servers, reader(recorder, servers, security))) {
            FaultTargets targets = new FaultTargets(
                    clock,
                    servers,
                    fleet.roles(),
                    monitor,
                    stats,
                    options.out().toAbsolutePath(),
                    security,
                    oldRelease(),
                    session -> own(recorder, "operator", session));
            await("the servers serve", START, monitor::allServe);
            if (options.secure()) {
                lock(servers, security);
            }
            fleet.start();
            await("all roles are in their places", START, () -> fleet.isWhole(targets, 0));
            warmUp(fleet, record);
            torment(targets, fleet, record);
            drain(targets, fleet, reader, record);
            weigh(fleet, record);
            fleet.end();
            record.put("tree_znodes", reader.dump(options.out().resolve("tree.jsonl")));
        }
        record.set("failures", JsonLines.tree(fleet.failures()));
        record.set("clock_steps", JsonLines.tree(clockSteps()));
    }

    private List<Map<String, Long>> clockSteps() {
        return clock.steps().stream()
                .map(step -> Map.of("at", step.at(), "ahead_ms", step.aheadMs()))
                .toList();
    }

    private static LiveTreeReader reader(HistoryRecorder recorder, Servers servers, Security security) {
        return new LiveTreeReader(servers.connectString(), security, session -> own(recorder, "observer", session));
    }

    /** Else anybody may make what the roles did not make yet. */
    private static void lock(Servers servers, Security security) throws InterruptedException {
        Settings settings = Settings.connect(servers.connectString()).withSecurity(security);
        try (TreeReader tree = TreeReader.connect(settings)) {
            tree.lockRoot(security.acl().get(0));
        }
    }

    private OldRelease oldRelease() {
        if (!options.kinds().contains(FaultKind.REPLACED_SERVER)) {
            return OldRelease.none();
        }
        Path project = Path.of(System.getProperty("twinkeeper.home", "."));
        OldRelease found =
                OldRelease.find(project.toAbsolutePath(), options.out().toAbsolutePath());
        if (found.jars().isEmpty()) {
            say.accept(FaultKind.REPLACED_SERVER + " will be a dud: " + found.why());
        }
        return found;
    }

    private static void own(HistoryRecorder recorder, String who, long session) {
        recorder.record(who, JsonLines.line("session").put("session", "0x" + Long.toHexString(session)));
    }

    private static void checkEmpty(Path out) throws IOException {
        Files.createDirectories(out);
        try (Stream<Path> files = Files.list(out)) {
            if (files.findAny().isPresent()) {
                throw new IllegalStateException("directory '" + out + "': it is not empty; choose another with --out");
            }
        }
    }

    private void describe(ObjectNode record) {
        record.put("implementation", options.implementation())
                .put("seed", options.seed())
                .put("command", options.command())
                .put("begin", DateTimeFormatter.ISO_INSTANT.format(clock.begin()))
                .put("root", "")
                .put("duration_ms", options.duration().toMillis())
                .put("rate", options.rate())
                .put("session_timeout_ms", options.sessionTimeout().toMillis())
                .put("fenced", options.fenced())
                .put("servers", options.servers())
                .put("secure", options.secure())
                .put("retention_ms", options.retention().toMillis())
                .put("masters", RoleFleet.MASTERS)
                .put("workers", RoleFleet.WORKERS)
                .put("clients", RoleFleet.CLIENTS)
                .put("processors", Runtime.getRuntime().availableProcessors());
        record.set(
                "versions",
                JsonLines.object()
                        .put("zookeeper", Version.getVersion())
                        .put("java", Runtime.version().toString()));
        record.set(
                "faults",
                JsonLines.tree(options.kinds().stream().map(FaultKind::text).toList()));
    }

    private void await(String what, Duration bound, BooleanSupplier condition) {
        long deadline = clock.now() + RunClock.micros(bound.toMillis());
        while (!condition.getAsBoolean()) {
            if (clock.now() > deadline) {
                throw new IllegalStateException(
                        "not within " + bound.toSeconds() + "s: " + what + "; see the logs in " + options.out());
            }
            Pause.ms(50);
        }
    }

    /** Some load and then none: what a process weighs now is to be what it weighs at the end. */
    private void warmUp(RoleFleet fleet, ObjectNode record) {
        now = "warms up";
        fleet.load(options.rate());
        Pause.ms(WARM_UP.toMillis());
        fleet.load(0);
        await("the load of the warm-up is done", DRAIN, () -> stats.outstanding() == 0);
        before = fleet.memory(clock);
    }

    /** What each process weighed at the start and weighs now. */
    private void weigh(RoleFleet fleet, ObjectNode record) {
        Map<String, RoleFleet.Weight> after = fleet.memory(clock);
        ArrayNode processes = record.putArray("processes");
        after.forEach((name, now) -> {
            RoleFleet.Weight then = before.getOrDefault(name, now);
            processes
                    .addObject()
                    .put("process", name)
                    .put("incarnations", now.incarnation())
                    .put("heap_start_kb", then.heapKb())
                    .put("heap_end_kb", now.heapKb())
                    .put("threads_start", then.threads())
                    .put("threads_end", now.threads());
        });
    }

    private void torment(FaultTargets targets, RoleFleet fleet, ObjectNode record) throws IOException {
        long begin = clock.now();
        long until = begin + RunClock.micros(options.duration().toMillis());
        Schedule schedule = new Schedule(options.seed(), options.kinds(), options.sessionTimeout());
        stats.loaded(true, begin);
        fleet.load(options.rate());
        Thread telling = new Thread(() -> tell(targets, begin), "progress");
        telling.setDaemon(true);
        telling.start();
        try (Nemesis nemesis = new Nemesis(schedule, targets, fleet, options.sessionTimeout(), new Told())) {
            nemesis.run(until);
            record.put("faults_injected", nemesis.injected()).put("faults_seen", nemesis.seen());
        } finally {
            telling.interrupt();
        }
        long end = clock.now();
        stats.loaded(false, end);
        record.put("load_begin", begin).put("load_end", end);
        long[] gap = stats.longestGap();
        record.put("longest_gap_ms", RunClock.ms(gap[0])).put("longest_gap_at", gap[1]);
    }

    private final class Told implements Nemesis.Listener {
        @Override
        public void onFaults(int count, int effective, String fault) {
            injected = count;
            seen = effective;
            now = fault;
        }

        @Override
        public void onRecovered(String words) {
            say.accept("  " + words);
        }
    }

    private void tell(FaultTargets targets, long begin) {
        int told = 0;
        try {
            while (true) {
                Pause.ms(PROGRESS_EVERY_MS);
                List<ClockStep> steps = clock.steps();
                for (ClockStep step : steps.subList(told, steps.size())) {
                    say.accept("  the clock of this machine was set: %+d ms since the run began; the check knows it"
                            .formatted(step.aheadMs()));
                }
                told = steps.size();
                long seconds = RunClock.ms(clock.now() - begin) / 1_000;
                say.accept("%d:%02d  %d tasks acknowledged, %d done, %d under way; %d faults, %d seen; %s%s"
                        .formatted(
                                seconds / 60,
                                seconds % 60,
                                stats.acknowledged(),
                                stats.known(),
                                stats.outstanding(),
                                injected,
                                seen,
                                targets.newReign(0).orElse("nobody reigns"),
                                now.isEmpty() ? "" : "; now " + now));
            }
        } catch (Pause.Interrupted end) {
            now = "";
        }
    }

    private void drain(FaultTargets targets, RoleFleet fleet, LiveTreeReader reader, ObjectNode record) {
        fleet.load(0);
        long begin = clock.now();
        long deadline = begin + RunClock.micros(DRAIN.toMillis());
        boolean drained = false;
        while (!drained && clock.now() < deadline) {
            fleet.tend(targets);
            Pause.ms(50);
            drained = stats.outstanding() == 0
                    && reader.unfinished().filter(count -> count == 0).isPresent();
        }
        if (drained) {
            record.put("drained_ms", RunClock.ms(clock.now() - begin));
            say.accept("drained in " + RunClock.ms(clock.now() - begin) + " ms");
        } else {
            fleet.fail("not drained within " + DRAIN.toSeconds() + "s: " + stats.outstanding()
                    + " tasks under way at the clients, in the tree "
                    + reader.unfinished().map(count -> count + " unfinished").orElse("unknown"));
        }
        record.set("counts", JsonLines.tree(stats.counts()));
    }
}
