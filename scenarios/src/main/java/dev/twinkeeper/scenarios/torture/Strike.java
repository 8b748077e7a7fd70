package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Collection;
import java.util.OptionalLong;

/** One planned fault on its way through a round, and its line in {@code faults.jsonl}. Times are the run's clock. */
final class Strike {
    /** A fault that lasts although it was healed counts as over by then; the recovery will tell. */
    private static final long ENDLESS = Clock.micros(20_000);

    private final Schedule.Planned planned;
    private final Fault fault;
    private final Scene scene;
    private final boolean alone;

    private long begin = -1;
    private long healed = -1;
    private long end = -1;
    private Progress progress;
    private String dud;
    private String effect;

    /** @param alone in its round: else nothing can be said of its recovery before the other is over, too */
    Strike(Schedule.Planned planned, Scene scene, boolean alone) {
        this.planned = planned;
        this.fault = Faults.make(planned, scene);
        this.scene = scene;
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
        return dud == null ? begin + Clock.micros(planned.lengthMs()) : begin;
    }

    void begin() {
        begin = scene.clock.now();
        try {
            fault.begin();
        } catch (Dud why) {
            dud = why.getMessage();
        }
        if (countsFromBegin()) {
            progress = scene.standing.watch(begin);
        }
    }

    private boolean countsFromBegin() {
        return alone && planned.kind().countsFromBegin();
    }

    void heal() {
        fault.heal();
        healed = scene.clock.now();
    }

    /** From when on it has to recover: both faults of a pair from the end of the later. */
    void recoverFrom(long roundEnd) {
        if (progress == null) {
            progress = scene.standing.watch(roundEnd);
        }
    }

    /** What can be seen of it by now, its end included. */
    void look() {
        long now = scene.clock.now();
        if (isHealed() && !hasEnded() && (fault.isOver() || now > healed + ENDLESS)) {
            end = now;
        }
        if (hasBegun() && dud == null && effect == null) {
            effect = fault.effect().orElse(null);
        }
    }

    boolean isSettled() {
        return dud != null || effect != null;
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
            scene.standing.unwatch(progress);
        }
    }

    Kind kind() {
        return planned.kind();
    }

    String target() {
        return fault.target();
    }

    /** In words, for who watches the run. */
    String words(OptionalLong recovered) {
        String what = planned.kind() + " " + fault.target() + ": "
                + (dud != null ? "not injected: " + dud : effect != null ? effect : "no effect seen");
        return recovered.isEmpty() ? what + "; NO RECOVERY" : what + "; recovered in " + recoveryMs(recovered) + " ms";
    }

    private long recoveryMs(OptionalLong recovered) {
        return Clock.ms(recovered.getAsLong() - progress.since());
    }

    ObjectNode line(int number, Schedule.Round round, OptionalLong recovered, OptionalLong whole, Duration bound) {
        ObjectNode line = Json.object()
                .put("n", number)
                .put("round", round.number())
                .put("kind", planned.kind().text())
                .put("target", fault.target())
                .put("length", planned.lengthMs())
                .put("begin", begin)
                .put("end", end)
                .put("seen", isSeen());
        if (dud != null) {
            line.put("dud", dud);
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
