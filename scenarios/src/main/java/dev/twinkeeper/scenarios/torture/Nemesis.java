package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.checker.JsonLines;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Runs the schedule, round by round: rest, faults, their ends, then everything has to be well again before the next.
 * Used by one thread.
 */
final class Nemesis implements AutoCloseable {
    /** Far above every bound that the checker holds a recovery to: what is not well by then never will be. */
    private static final Duration HOPELESS = Duration.ofSeconds(60);

    /** Once all is well, a fault whose effect was not seen yet is looked for this much longer. */
    private static final long LAST_LOOK_MS = 500;

    private static final long POLL_MS = 20;

    /** Hears what goes on, for who watches. */
    interface Listener {
        void onFaults(int injected, int seen, String now);

        void onRecovered(String words);
    }

    private final Schedule schedule;
    private final FaultTargets targets;
    private final RoleFleet fleet;
    private final Duration sessionTimeout;
    private final Listener listener;
    private final Writer faults;
    private int injected;
    private int seen;

    Nemesis(Schedule schedule, FaultTargets targets, RoleFleet fleet, Duration sessionTimeout, Listener listener)
            throws IOException {
        this.schedule = schedule;
        this.targets = targets;
        this.fleet = fleet;
        this.sessionTimeout = sessionTimeout;
        this.listener = listener;
        this.faults = Files.newBufferedWriter(targets.out.resolve("faults.jsonl"));
    }

    /**
     * Runs rounds until that moment; the one that is on then is run to its end.
     *
     * @return whether all recovered
     */
    boolean run(long until) {
        while (true) {
            Schedule.Round round = schedule.next();
            long begin = targets.clock.now() + RunClock.micros(round.restMs());
            if (begin >= until) {
                await(until);
                return true;
            }
            await(begin);
            if (!run(round)) {
                return false;
            }
        }
    }

    private void await(long moment) {
        while (targets.clock.now() < moment) {
            fleet.tend(targets);
            Pause.ms(Math.min(POLL_MS, 1 + RunClock.ms(moment - targets.clock.now())));
        }
    }

    private boolean run(Schedule.Round round) {
        long start = targets.clock.now();
        targets.spareMasters(
                round.faults().stream().anyMatch(planned -> planned.kind().hitsReigning()));
        List<InjectedFault> injections = new ArrayList<>();
        round.faults()
                .forEach(planned -> injections.add(
                        new InjectedFault(planned, targets, round.faults().size() == 1)));
        try {
            while (!injections.stream().allMatch(InjectedFault::hasEnded)) {
                for (int i = 0; i < injections.size(); i++) {
                    long offset = RunClock.micros(round.faults().get(i).offsetMs());
                    advance(injections.get(i), start + offset);
                }
                fleet.tend(targets);
                Pause.ms(POLL_MS);
            }
        } finally {
            // Also where the run is being ended.
            injections.stream()
                    .filter(injection -> injection.hasBegun() && !injection.isHealed())
                    .forEach(InjectedFault::heal);
        }
        return recover(round, injections);
    }

    private void advance(InjectedFault injection, long beginAt) {
        long now = targets.clock.now();
        if (!injection.hasBegun() && now >= beginAt) {
            listener.onFaults(injected + 1, seen, injection.kind().text());
            injection.begin();
        } else if (injection.hasBegun() && !injection.isHealed() && now >= injection.due()) {
            injection.heal();
        }
        injection.look();
    }

    private boolean recover(Schedule.Round round, List<InjectedFault> injections) {
        long end = injections.stream().mapToLong(InjectedFault::endedAt).max().orElseThrow();
        injections.forEach(injection -> injection.recoverFrom(end));
        Progress progress = targets.stats.watch(end);
        OptionalLong whole = OptionalLong.empty();
        long deadline = end + RunClock.micros(HOPELESS.toMillis());
        while (whole.isEmpty() && targets.clock.now() < deadline) {
            fleet.tend(targets);
            injections.forEach(InjectedFault::look);
            if (fleet.isWhole(targets, end) && progress.all(fleet.clients()).isPresent()) {
                whole = OptionalLong.of(targets.clock.now());
            } else {
                Pause.ms(POLL_MS);
            }
        }
        long lastLook = targets.clock.now() + RunClock.micros(LAST_LOOK_MS);
        while (!injections.stream().allMatch(InjectedFault::isSettled) && targets.clock.now() < lastLook) {
            injections.forEach(InjectedFault::look);
            Pause.ms(POLL_MS);
        }
        targets.stats.unwatch(progress);
        for (InjectedFault injection : injections) {
            write(round, injection, whole);
        }
        if (whole.isEmpty()) {
            fleet.fail("no recovery within " + HOPELESS.toSeconds() + "s of round " + round.number() + ": "
                    + fleet.ailing(targets, end, progress));
        }
        return whole.isPresent();
    }

    private void write(Schedule.Round round, InjectedFault injection, OptionalLong whole) {
        injected++;
        if (injection.isSeen()) {
            seen++;
        }
        OptionalLong recovered = injection.recovered(fleet.clients());
        try {
            faults.write(JsonLines.text(injection.line(injected, round, recovered, whole, round.bound(sessionTimeout)))
                    + "\n");
            faults.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the faults can't be written", e);
        }
        injection.forget();
        listener.onFaults(injected, seen, "");
        listener.onRecovered("fault " + injected + " " + injection.words(recovered));
    }

    int injected() {
        return injected;
    }

    int seen() {
        return seen;
    }

    @Override
    public void close() throws IOException {
        faults.close();
    }
}
