package dev.twinkeeper.cli.bench;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.plain.Plain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs a plan: a warm-up of each subject, then the subjects in turns, so that whatever else the machine does meets all of
 * them alike.
 */
public final class BenchRunner implements AutoCloseable {
    private static final String PLAIN = "plain";

    /** A client has a submit, an outcome and a collect of a task under way. */
    private static final int STEPS = 3;

    private static final int LEAST_BACKLOG = 1_000;

    /** Of one subject. */
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(10);

    /** What goes up by steps, if anything. */
    public enum Vary {
        NOTHING,
        TASKS,
        WORKERS
    }

    /**
     * On which servers.
     *
     * @param connect those that run already, whose counters are not read; empty for servers of our own
     * @param servers how many of our own
     * @param processes whether each is a process that forces its log to the disk
     * @param security as whom all roles speak, and who may use what they make; empty for nobody, and everybody, which a
     *     checkout too old to know of it can be measured with
     */
    public record Where(
            Optional<ConnectString> connect,
            int servers,
            boolean processes,
            Duration sessionTimeout,
            Optional<Security> security) {
        /** In words. */
        public String words() {
            return connect.map(theirs -> "the servers at " + theirs.servers())
                    .orElse(servers
                            + (servers == 1 ? " server" : " servers")
                            + (processes
                                    ? ", processes that force their logs to the disk"
                                    : " in this process, without forcing their logs"));
        }
    }

    /**
     * What is to be run.
     *
     * @param subjects by name: an implementation, {@code plain} or {@code ceiling}
     * @param checkouts others, built, whose implementations of the same names are measured too
     * @param workload its number of tasks or workers is the most where that is varied
     */
    public record Plan(
            List<String> subjects, List<Path> checkouts, BenchLoad workload, Vary vary, int runs, Where where) {
        /** Each step. */
        public List<BenchLoad> workloads() {
            return switch (vary) {
                case NOTHING -> List.of(workload);
                case TASKS ->
                    steps(1_000, 10, workload.tasks()).map(workload::withTasks).toList();
                case WORKERS ->
                    steps(1, 4, workload.workers()).map(workload::withWorkers).toList();
            };
        }

        private static Stream<Integer> steps(int first, int factor, int most) {
            List<Integer> steps = new ArrayList<>();
            for (long step = first; step < most; step *= factor) {
                steps.add((int) step);
            }
            steps.add(most);
            return steps.stream();
        }
    }

    /** One run. */
    public record Run(String impl, Optional<String> checkout, int number, Measurement measured) {
        /** {@code raw}, {@code raw of DIR}. */
        public String label() {
            return impl + checkout.map(of -> " of " + of).orElse("");
        }

        /** The object of {@code --json}. */
        public Map<String, Object> json() {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("impl", impl);
            object.put("checkout", checkout.orElse(null));
            object.put("run", number);
            object.putAll(measured.json());
            return object;
        }
    }

    /** Hears how far it got. */
    public interface Listener {
        /** Before each run and each warm-up. */
        void begins(String label, int done, int all);

        void measured(Run run);

        /** A subject that is not measured in that step. */
        void leftOut(String label, BenchLoad workload, String why);
    }

    private final Plan plan;
    private final Listener listener;
    private final BenchServers servers;
    private final List<Subject> subjects = new ArrayList<>();
    private final List<Checkout> checkouts = new ArrayList<>();
    private int places;

    private BenchRunner(Plan plan, Listener listener, BenchServers servers) {
        this.plan = plan;
        this.listener = listener;
        this.servers = servers;
    }

    /**
     * Runs all of it.
     *
     * @throws CoordinationException for a subject that does not exist, or that takes no part in what is asked; where no
     *     server is reached, or the servers are lost
     * @throws Exception what else hindered a run
     */
    public static void run(Plan plan, Listener listener) throws Exception {
        List<Subject> own = plan.subjects().stream().map(BenchRunner::subject).toList();
        check(plan, own);
        try (BenchServers servers = BenchServers.start(plan.where());
                BenchRunner bench = new BenchRunner(plan, listener, servers)) {
            bench.subjects.addAll(own);
            for (Path each : plan.checkouts()) {
                Checkout checkout = Checkout.start(each, plan.where());
                bench.checkouts.add(checkout);
                own.stream()
                        .filter(subject -> isImplementation(subject.name()))
                        .forEach(subject -> bench.subjects.add(checkout.subject(subject.name())));
            }
            bench.run();
        }
    }

    /** Before any server is started. */
    private static void check(Plan plan, List<Subject> subjects) throws IOException {
        for (Path each : plan.checkouts()) {
            Checkout.jars(each);
        }
        List<BenchLoad> steps = plan.workloads();
        boolean some =
                subjects.stream().anyMatch(each -> each.refusal(steps.get(0)).isEmpty());
        if (!some) {
            Subject first = subjects.get(0);
            throw CoordinationException.invalid(
                    "implementation",
                    first.name(),
                    "there is nothing to measure: "
                            + first.refusal(steps.get(0)).orElse(""));
        }
    }

    private static Subject subject(String name) {
        return switch (name) {
            case Ceiling.NAME -> new Ceiling();
            case PLAIN -> new RolesSubject(new Plain());
            default -> new RolesSubject(named(name));
        };
    }

    private static boolean isImplementation(String name) {
        return !name.equals(Ceiling.NAME) && !name.equals(PLAIN);
    }

    private static Coordination named(String name) {
        List<Coordination> all = Coordination.all();
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> CoordinationException.invalid(
                        "implementation",
                        name,
                        "use one of " + all.stream().map(Coordination::name).collect(Collectors.joining(", "))
                                + ", plain, ceiling"));
    }

    private void run() throws Exception {
        List<BenchLoad> steps = plan.workloads();
        int all = subjects.size() * (1 + steps.size() * plan.runs());
        int done = 0;
        BenchLoad warmUp = plan.workload().warmUp().withWorkers(steps.get(0).workers());
        for (Subject subject : subjects) {
            listener.begins("warm-up of " + subject.name(), done++, all);
            if (subject.refusal(warmUp).isEmpty()) {
                warmUp(subject, warmUp);
            }
        }
        for (BenchLoad step : steps) {
            for (int number = 1; number <= plan.runs(); number++) {
                for (Subject subject : subjects) {
                    listener.begins("runs of " + subject.name(), done++, all);
                    run(subject, step, number);
                }
            }
        }
    }

    private void warmUp(Subject subject, BenchLoad load) throws Exception {
        long began = System.nanoTime();
        for (int i = 0; i < plan.workload().warmUps() && System.nanoTime() - began < LONGEST_WARM_UP.toNanos(); i++) {
            measure(subject, load);
        }
    }

    private void run(Subject subject, BenchLoad step, int number) throws Exception {
        Optional<String> refusal = subject.refusal(step);
        if (refusal.isEmpty()) {
            listener.measured(new Run(subject.name(), subject.checkout(), number, measure(subject, step)));
        } else if (number == 1) {
            listener.leftOut(subject.name(), step, refusal.get());
        }
    }

    private Measurement measure(Subject subject, BenchLoad workload) throws Exception {
        return measure(subject, workload, servers, plan.where(), places++);
    }

    /** Below a chroot that nobody used before. */
    static Measurement measure(Subject subject, BenchLoad workload, BenchServers servers, Where where, int number)
            throws Exception {
        String place = subject.name() + "-" + Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "-"
                + ProcessHandle.current().pid() + "-" + number;
        Settings settings = Settings.connect(servers.connect() + "/" + place)
                .withSessionTimeout(where.sessionTimeout())
                .withSlots(workload.slots())
                .withBacklog(LEAST_BACKLOG + STEPS * workload.tasks());
        if (where.security().isPresent()) {
            settings = settings.withSecurity(where.security().get());
        }
        ResourceMeter.forget();
        Measurement measured = subject.run(workload, settings, servers.meter());
        return measured.withMemory(ResourceMeter.heapPeak(), servers.meter().serverMemory());
    }

    @Override
    public void close() {
        checkouts.forEach(Checkout::close);
    }
}
