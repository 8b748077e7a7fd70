package dev.twinkeeper.cli;

import dev.twinkeeper.cli.Narration.Kind;
import dev.twinkeeper.cli.Terminal.Tone;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.loop.Loop;
import java.time.Duration;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells what happens to a role, one line an event, with the time of day. What comes by the thousand is told one by one
 * up to {@value #ONE_BY_ONE} a second of a kind, and then counted: {@code assigned 137 more tasks to 4 workers}.
 *
 * <p>It prints on a loop of its own, so that a terminal that is held (Ctrl-S) does not hold the role.
 */
final class Narrator implements Listener, AutoCloseable {
    /** More lines than these in a second nobody reads. */
    static final int ONE_BY_ONE = 20;

    private static final Duration A_SECOND = Duration.ofSeconds(1);

    /** Events that wait for a terminal that is held; what is beyond is only counted. */
    private static final int WAITING = 100_000;

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final Terminal terminal;
    private final Duration second;
    private final Loop loop = new Loop("narrator");
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger untold = new AtomicInteger();
    private final Map<Kind, Burst> bursts = new EnumMap<>(Kind.class);

    /** What came of one kind within the current second. */
    private static final class Burst {
        final Set<String> workers = new HashSet<>();
        boolean more = true;
        int told;
        int counted;
        int failed;

        void count(Narration narration) {
            counted++;
            failed += narration.failed() ? 1 : 0;
            if (!narration.worker().isEmpty()) {
                workers.add(narration.worker());
            }
        }
    }

    Narrator(Terminal terminal) {
        this(terminal, A_SECOND);
    }

    /** With another second, for tests that a slow machine must not disturb. */
    Narrator(Terminal terminal, Duration second) {
        this.terminal = terminal;
        this.second = second;
    }

    @Override
    public void on(Event event) {
        LocalTime now = LocalTime.now();
        if (waiting.incrementAndGet() > WAITING) {
            waiting.decrementAndGet();
            untold.incrementAndGet();
            return;
        }
        loop.post(() -> hear(now, event));
    }

    /** A line that is no event. */
    void tell(String text) {
        LocalTime now = LocalTime.now();
        loop.post(() -> print(now, Tone.FAINT, text));
    }

    /** Tells what is not told yet. */
    @Override
    public void close() {
        loop.post(this::tellAll);
        loop.close();
    }

    private void hear(LocalTime now, Event event) {
        waiting.decrementAndGet();
        Narration narration = Narration.of(event).orElse(null);
        if (narration == null) {
            return;
        }
        if (narration.kind().isEmpty()) {
            // In order: what was counted came before.
            tellAll();
            print(now, narration.tone(), narration.text());
            return;
        }
        Burst burst = bursts.computeIfAbsent(narration.kind().get(), this::begin);
        if (burst.told < ONE_BY_ONE) {
            burst.told++;
            print(now, narration.tone(), narration.text());
        } else {
            burst.count(narration);
        }
    }

    private Burst begin(Kind kind) {
        loop.after(second, () -> endOfSecond(kind));
        return new Burst();
    }

    /** As long as a second brings many, the next one is only counted. */
    private void endOfSecond(Kind kind) {
        Burst over = bursts.remove(kind);
        tellLost();
        if (over.counted > 0) {
            tell(kind, over);
            Burst next = begin(kind);
            next.told = ONE_BY_ONE;
            next.more = false;
            bursts.put(kind, next);
        }
    }

    private void tellAll() {
        for (Map.Entry<Kind, Burst> each : bursts.entrySet()) {
            Burst burst = each.getValue();
            if (burst.counted > 0) {
                tell(each.getKey(), burst);
                burst.counted = 0;
                burst.failed = 0;
                burst.workers.clear();
                burst.more = false;
            }
        }
        tellLost();
    }

    private void tellLost() {
        int lost = untold.getAndSet(0);
        if (lost > 0) {
            print(LocalTime.now(), Tone.CAUTION, lost + " events not told: the terminal was held for too long");
        }
    }

    private void tell(Kind kind, Burst burst) {
        String text = kind.summary(burst.counted, burst.more, burst.workers.size(), burst.failed);
        print(LocalTime.now(), burst.failed > 0 ? Tone.BAD : Tone.PLAIN, text);
    }

    private void print(LocalTime when, Tone tone, String text) {
        String time = terminal.paint(Tone.FAINT, TIME.format(when));
        terminal.say(time + "  " + terminal.paint(tone, ErrorHandler.printable(text)));
    }
}
