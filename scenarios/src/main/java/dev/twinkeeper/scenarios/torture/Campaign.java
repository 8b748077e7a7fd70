package dev.twinkeeper.scenarios.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Plays the schedule, round by round: rest, faults, their ends, then everything has to be well again before the next.
 * Used by one thread.
 */
final class Campaign implements AutoCloseable {
    /** Far above every bound that the judge holds a recovery to: what is not well by then never will be. */
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
    private final Scene scene;
    private final Company company;
    private final Duration sessionTimeout;
    private final Listener listener;
    private final Writer faults;
    private int injected;
    private int seen;

    Campaign(Schedule schedule, Scene scene, Company company, Duration sessionTimeout, Listener listener)
            throws IOException {
        this.schedule = schedule;
        this.scene = scene;
        this.company = company;
        this.sessionTimeout = sessionTimeout;
        this.listener = listener;
        this.faults = Files.newBufferedWriter(scene.out.resolve("faults.jsonl"));
    }

    /**
     * Plays rounds until that moment; the one that is on then is played to its end.
     *
     * @return whether all recovered
     */
    boolean play(long until) {
        while (true) {
            Schedule.Round round = schedule.next();
            long begin = scene.clock.now() + Clock.micros(round.restMs());
            if (begin >= until) {
                await(until);
                return true;
            }
            await(begin);
            if (!play(round)) {
                return false;
            }
        }
    }

    private void await(long moment) {
        while (scene.clock.now() < moment) {
            company.tend(scene);
            Pause.ms(Math.min(POLL_MS, 1 + Clock.ms(moment - scene.clock.now())));
        }
    }

    private boolean play(Schedule.Round round) {
        long start = scene.clock.now();
        scene.spareMasters(
                round.faults().stream().anyMatch(planned -> planned.kind().strikesReigning()));
        List<Strike> strikes = new ArrayList<>();
        round.faults()
                .forEach(planned ->
                        strikes.add(new Strike(planned, scene, round.faults().size() == 1)));
        try {
            while (!strikes.stream().allMatch(Strike::hasEnded)) {
                for (int i = 0; i < strikes.size(); i++) {
                    long offset = Clock.micros(round.faults().get(i).offsetMs());
                    advance(strikes.get(i), start + offset);
                }
                company.tend(scene);
                Pause.ms(POLL_MS);
            }
        } finally {
            // Also where the run is being ended.
            strikes.stream()
                    .filter(strike -> strike.hasBegun() && !strike.isHealed())
                    .forEach(Strike::heal);
        }
        return recover(round, strikes);
    }

    private void advance(Strike strike, long beginAt) {
        long now = scene.clock.now();
        if (!strike.hasBegun() && now >= beginAt) {
            listener.onFaults(injected + 1, seen, strike.kind().text());
            strike.begin();
        } else if (strike.hasBegun() && !strike.isHealed() && now >= strike.due()) {
            strike.heal();
        }
        strike.look();
    }

    private boolean recover(Schedule.Round round, List<Strike> strikes) {
        long end = strikes.stream().mapToLong(Strike::endedAt).max().orElseThrow();
        strikes.forEach(strike -> strike.recoverFrom(end));
        Progress progress = scene.standing.watch(end);
        OptionalLong whole = OptionalLong.empty();
        long deadline = end + Clock.micros(HOPELESS.toMillis());
        while (whole.isEmpty() && scene.clock.now() < deadline) {
            company.tend(scene);
            strikes.forEach(Strike::look);
            if (company.isWhole(scene, end) && progress.all(company.clients()).isPresent()) {
                whole = OptionalLong.of(scene.clock.now());
            } else {
                Pause.ms(POLL_MS);
            }
        }
        long lastLook = scene.clock.now() + Clock.micros(LAST_LOOK_MS);
        while (!strikes.stream().allMatch(Strike::isSettled) && scene.clock.now() < lastLook) {
            strikes.forEach(Strike::look);
            Pause.ms(POLL_MS);
        }
        scene.standing.unwatch(progress);
        for (Strike strike : strikes) {
            write(round, strike, whole);
        }
        if (whole.isEmpty()) {
            company.fail("no recovery within " + HOPELESS.toSeconds() + "s of round " + round.number() + ": "
                    + company.ailing(scene, end, progress));
        }
        return whole.isPresent();
    }

    private void write(Schedule.Round round, Strike strike, OptionalLong whole) {
        injected++;
        if (strike.isSeen()) {
            seen++;
        }
        OptionalLong recovered = strike.recovered(company.clients());
        try {
            faults.write(Json.text(strike.line(injected, round, recovered, whole, round.bound(sessionTimeout))) + "\n");
            faults.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the faults can't be written", e);
        }
        strike.forget();
        listener.onFaults(injected, seen, "");
        listener.onRecovered("fault " + injected + " " + strike.words(recovered));
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
