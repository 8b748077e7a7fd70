package dev.twinkeeper.cli.compare;

import com.sun.management.OperatingSystemMXBean;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.measure.Bench;
import dev.twinkeeper.scenarios.measure.BrokenConnection;
import dev.twinkeeper.scenarios.measure.CutOff;
import dev.twinkeeper.scenarios.measure.Footprint;
import dev.twinkeeper.scenarios.measure.Idle;
import dev.twinkeeper.scenarios.measure.LostConnection;
import dev.twinkeeper.scenarios.measure.Measuring;
import dev.twinkeeper.scenarios.measure.QuickFailover;
import dev.twinkeeper.scenarios.measure.Samples;
import dev.twinkeeper.scenarios.measure.Takeover;
import dev.twinkeeper.scenarios.measure.TaskCost;
import dev.twinkeeper.scenarios.measure.Turns;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures some sides on one ensemble. What takes the machine is measured side by side in turns; what only waits, for a
 * session to end or for a minute to pass, goes on at the same time.
 */
final class Measurements {
    private static final Logger log = LoggerFactory.getLogger(Measurements.class);

    /** What is done, and about how many seconds it takes on two idle cores. */
    enum Step {
        TASKS("counting what 100 tasks cost", 1, 1),
        FOOTPRINT("threads and heap", 0, 1.5),
        TAKEOVER("taking over 1,000 tasks", 1, 1.5),
        QUICK("failover: deleted, expired, closed", 1, 4),
        WAITING("failover: cut off; connections lost", 15, 0.5),
        BENCH("a short bench", 1, 3);

        private final String words;
        private final double once;
        private final double eachSide;

        Step(String words, double once, double eachSide) {
            this.words = words;
            this.once = once;
            this.eachSide = eachSide;
        }

        private double seconds(int sides) {
            return once + eachSide * sides;
        }

        /** All of them. */
        static double all(int sides) {
            double sum = 0;
            for (Step step : values()) {
                sum += step.seconds(sides);
            }
            return sum;
        }
    }

    /** There is an idle minute. */
    static final Duration LEAST = Duration.ofSeconds(66);

    /** Hears of each step when it begins, and of what went wrong. */
    interface Listener {
        void begins(String words);

        void ended(double seconds);

        void failed(Side side, String what, Throwable why);
    }

    /** One side is measured, beside others. */
    private interface Part {
        Optional<Throwable> measure(Side side, Samples samples, Turns turns);
    }

    private final List<Side> sides;
    private final Ensemble ensemble;
    private final Listener listener;
    private final Map<Side, Samples> samples = new LinkedHashMap<>();

    Measurements(List<Side> sides, Ensemble ensemble, Listener listener) {
        this.sides = sides;
        this.ensemble = ensemble;
        this.listener = listener;
        sides.forEach(side -> samples.put(side, new Samples()));
    }

    /** All that was measured so far. */
    Samples of(Side side) {
        return samples.get(side);
    }

    /**
     * Measures everything but what goes on in the background.
     *
     * @param meanwhile what waits more than it works, to be done while others wait
     * @return completes when what goes on in the background has ended too
     */
    CompletableFuture<Void> measure(Runnable meanwhile) {
        CompletableFuture<Void> idle = start("idle", new Idle());
        step(Step.TASKS, () -> start("tasks", new TaskCost()));
        // Before the idle minute ends: what it has kept goes then.
        step(Step.FOOTPRINT, () -> startPart("footprint", this::footprint));
        step(Step.TAKEOVER, () -> start("takeover", new Takeover()));
        step(Step.QUICK, () -> start("failover", new QuickFailover()));
        step(
                Step.WAITING,
                () -> CompletableFuture.allOf(
                        start("cutOff", new CutOff()),
                        start("brokenConnection", new BrokenConnection()),
                        start("lostConnection", new LostConnection()),
                        CompletableFuture.runAsync(meanwhile)));
        step(Step.BENCH, () -> startPart("bench", this::bench));
        return idle;
    }

    private interface Starting {
        CompletableFuture<Void> start();
    }

    private void step(Step step, Starting starting) {
        listener.begins(step.words);
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long start = System.nanoTime();
        long cpu = system.getProcessCpuTime();
        starting.start().join();
        log.info(
                "{}: {} s, CPU {} s",
                step.words,
                (System.nanoTime() - start) / 1_000_000 / 1e3,
                (system.getProcessCpuTime() - cpu) / 1_000_000 / 1e3);
        listener.ended(step.seconds(sides.size()));
    }

    private CompletableFuture<Void> start(String name, Measuring measuring) {
        return startPart(
                name, (side, taken, turns) -> measuring.measure(name, side.implementations(), ensemble, taken, turns));
    }

    private CompletableFuture<Void> startPart(String name, Part part) {
        Turns turns = new Turns(sides.size());
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (Side side : sides) {
            CompletableFuture<Void> end = new CompletableFuture<>();
            all.add(end);
            Thread thread = new Thread(() -> measure(name, part, side, turns, end), "measure-" + name);
            thread.setDaemon(true);
            thread.start();
        }
        return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
    }

    private void measure(String name, Part part, Side side, Turns turns, CompletableFuture<Void> end) {
        Samples taken = new Samples();
        try {
            Optional<Throwable> wrong = part.measure(side, taken, turns);
            wrong.ifPresent(why -> listener.failed(side, "measure." + name, why));
            taken.all().forEach((measure, values) -> values.forEach(value -> of(side).add(measure, value)));
        } finally {
            end.complete(null);
        }
    }

    private Optional<Throwable> bench(Side side, Samples taken, Turns turns) {
        return attempt(() -> new Bench(coordination(side), settings("bench", side)).measure(taken, turns));
    }

    private Optional<Throwable> footprint(Side side, Samples taken, Turns turns) {
        return attempt(() -> {
            try {
                turns.alone(() -> new Footprint(coordination(side), settings("footprint", side)).measure(taken));
            } finally {
                turns.leave();
            }
        });
    }

    private static Optional<Throwable> attempt(Turns.Run run) {
        try {
            run.run();
            return Optional.empty();
        } catch (Exception | AssertionError e) {
            return Optional.of(e);
        }
    }

    private static Coordination coordination(Side side) {
        return side.coordination().orElseThrow();
    }

    private Settings settings(String what, Side side) {
        return Settings.connect(ensemble.connectString() + "/" + what + "/" + side.name());
    }
}
