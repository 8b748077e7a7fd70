package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.JsonLines;
import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;

/** One planned fault on its way through a round, and its line in {@code faults.jsonl}. Times are the run's clock. */
final class InjectedFault {
    /** A fault that lasts although it was healed counts as over by then; the recovery will tell. */
    private static final long ENDLESS = RunClock.micros(20_000);

    private final Schedule.Planned planned;
    private final Fault fault;
    private final FaultTargets targets;
    private final boolean alone;

    private long begin = -1;
    private long healed = -1;
    private long end = -1;
    private Progress progress;
    private String notInjected;
    private String effect;

    /** @param alone in its round: else nothing can be said of its recovery before the other is over, too */
    InjectedFault(Schedule.Planned planned, FaultTargets targets, boolean alone) {
        this.planned = planned;
        this.fault = FaultFactory.make(planned, targets);
        this.targets = targets;
        this.alone = alone;
    }

    boolean hasBegun() {
        return begin >= 0;
    }

    boolean isHealed() {
        return healed >= 0;
    }

    boolean hasEnded() {
        return end >= 0;
    }

    long endedAt() {
        return end;
    }

    /** When it is to be healed, given when it began. */
    long due() {
        return notInjected == null ? begin + RunClock.micros(planned.lengthMs()) : begin;
    }

    void begin() {
        begin = targets.clock.now();
        try {
            fault.begin();
        } catch (NotInjected why) {
            notInjected = why.getMessage();
        }
        if (countsFromBegin()) {
            progress = targets.stats.watch(begin);
        }
    }

    private boolean countsFromBegin() {
        return alone && planned.kind().countsFromBegin();
    }

    void heal() {
        fault.heal();
        healed = targets.clock.now();
    }

    /** From when on it has to recover: both faults of a pair from the end of the later. */
    void recoverFrom(long roundEnd) {
        if (progress == null) {
            progress = targets.stats.watch(roundEnd);
        }
    }

    /** What can be seen of it by now, its end included. */
    void look() {
        long now = targets.clock.now();
        if (isHealed() && !hasEnded() && (fault.isOver() || now > healed + ENDLESS)) {
            end = now;
        }
        if (hasBegun() && notInjected == null && effect == null) {
            effect = fault.effect().orElse(null);
        }
    }

    boolean isSettled() {
        return notInjected != null || effect != null;
    }

    boolean isSeen() {
        return effect != null;
    }

    /** When service was there again: all clients, but one that was its own victim, got new work done. */
    OptionalLong recovered(Collection<String> clients) {
        return progress.all(clients.stream()
                .filter(client -> !client.equals(fault.target()))
                .toList());
    }

    void forget() {
        if (progress != null) {
            targets.stats.unwatch(progress);
        }
    }

    FaultKind kind() {
        return planned.kind();
    }

    String target() {
        return fault.target();
    }

    /** In words, for who watches the run. */
    String words(OptionalLong recovered) {
        String what = planned.kind() + " " + fault.target() + ": "
                + (notInjected != null ? "not injected: " + notInjected : effect != null ? effect : "no effect seen");
        return recovered.isEmpty() ? what + "; NO RECOVERY" : what + "; recovered in " + recoveryMs(recovered) + " ms";
    }

    private long recoveryMs(OptionalLong recovered) {
        return RunClock.ms(recovered.getAsLong() - progress.since());
    }

    ObjectNode line(int number, Schedule.Round round, OptionalLong recovered, OptionalLong whole, Duration bound) {
        ObjectNode line = JsonLines.object()
                .put("n", number)
                .put("round", round.number())
                .put("kind", planned.kind().text())
                .put("target", fault.target())
                .put("length", planned.lengthMs())
                .put("begin", begin)
                .put("end", end)
                .put("seen", isSeen());
        if (notInjected != null) {
            line.put("dud", notInjected);
        } else if (effect == null) {
            line.put("dud", "no effect was seen");
        } else {
            line.put("effect", effect);
        }
        recovered.ifPresent(at -> line.put("recovered", at).put("recovery_ms", recoveryMs(recovered)));
        whole.ifPresent(at -> line.put("whole", at));
        line.put("bound_ms", bound.toMillis());
        fault.detail(line);
        return line;
    }
}
