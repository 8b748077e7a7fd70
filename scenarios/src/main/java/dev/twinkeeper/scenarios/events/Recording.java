package dev.twinkeeper.scenarios.events;

import dev.twinkeeper.scenarios.events.EventStream.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException;

/**
 * What happened in one scenario, for a sequence diagram: what went over the wires as it was read from the stream, and at
 * the end what the participants told and what the servers committed. Where nobody wants recordings nothing is kept.
 */
public final class Recording {
    /** A scenario that does more is not one that a diagram shows. */
    private static final int MOST = 3_000;

    /** A path or a payload may be longer than a line. */
    private static final int LONGEST = 160;

    private static volatile Optional<Consumer<Recording>> wanted = Optional.empty();

    private final String scenario;
    private final String side;
    private final String root;
    private final Instant begin = Instant.now();
    private final EventStream stream = new EventStream();
    private final Optional<Consumer<Recording>> reader = wanted;
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, Integer> open = new HashMap<>();

    /** What a line is about. */
    public enum Kind {
        REQUEST,
        NOTIFICATION,
        FAULT,
        TOLD,
        COMMIT
    }

    /** @param ms since the scenario began */
    public record Line(double ms, String who, Kind kind, String text) {}

    private Recording(String scenario, String side, String root) {
        this.scenario = scenario;
        this.side = side;
        this.root = root;
        if (reader.isPresent()) {
            stream.subscribe(this::on);
        }
    }

    /** From now on each scenario is recorded, and handed over when it ends, by several threads at a time. */
    public static EventStream.Subscription want(Consumer<Recording> reader) {
        wanted = Optional.of(reader);
        return () -> wanted = Optional.empty();
    }

    /** @param root the chroot of the scenario, which is left out of what is shown */
    public static Recording begin(String scenario, String side, String root) {
        return new Recording(scenario, side, root);
    }

    /** For the wires. */
    public EventStream stream() {
        return stream;
    }

    public boolean isWanted() {
        return reader.isPresent();
    }

    public String scenario() {
        return scenario;
    }

    public String side() {
        return side;
    }

    private synchronized void on(Entry entry) {
        Observation what = entry.what();
        String who = entry.participant();
        if (what instanceof Observation.Requested request) {
            String paths = request.paths().isEmpty() ? "" : " " + String.join(" ", request.paths());
            open.put(who + request.xid(), lines.size());
            add(ms(entry), who, Kind.REQUEST, request.operation() + paths);
        } else if (what instanceof Observation.Answered answer) {
            answered(who, answer);
        } else if (what instanceof Observation.Notified event) {
            add(ms(entry), who, Kind.NOTIFICATION, event.type() + " " + event.path());
        } else if (what instanceof Observation.Fault fault) {
            add(ms(entry), who, Kind.FAULT, fault.what());
        }
    }

    private static double ms(Entry entry) {
        return entry.nanos() / 1e6;
    }

    /** The answer stands behind its request: one line in place of two. */
    private void answered(String who, Observation.Answered answer) {
        Integer at = open.remove(who + answer.xid());
        if (at == null || at >= lines.size()) {
            return;
        }
        Line request = lines.get(at);
        KeeperException.Code code = KeeperException.Code.get(answer.error());
        String said = answer.error() == 0 ? "ok" : code == null ? String.valueOf(answer.error()) : code.name();
        lines.set(at, new Line(request.ms(), request.who(), request.kind(), request.text() + " → " + said));
    }

    private void add(double ms, String who, Kind kind, String text) {
        if (lines.size() < MOST) {
            String shown = root.isEmpty() ? text : text.replace(root, "");
            lines.add(new Line(ms, who, kind, shown.length() <= LONGEST ? shown : shown.substring(0, LONGEST) + "…"));
        }
    }

    /** Something that a participant told. */
    public synchronized void told(Instant at, String who, String what) {
        add(since(at), who, Kind.TOLD, what);
    }

    /** A transaction, from the servers' log. */
    public synchronized void committed(Instant at, long zxid, String changes) {
        add(since(at), "servers", Kind.COMMIT, "0x" + Long.toHexString(zxid) + " " + changes);
    }

    private double since(Instant at) {
        return Duration.between(begin, at).toNanos() / 1e6;
    }

    /** It is over: whoever wanted it gets it. */
    public void end() {
        reader.ifPresent(each -> each.accept(this));
    }

    /** In the order of time. */
    public synchronized List<Line> lines() {
        return lines.stream()
                .sorted(Comparator.comparingDouble(Line::ms).thenComparing(Line::kind))
                .toList();
    }
}
