package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.events.EventJson;
import dev.twinkeeper.scenarios.events.EventStream.Entry;
import dev.twinkeeper.scenarios.events.Observation;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A reader of the stream: puts what was seen into messages for the pages, ten a second at the most, and nothing where
 * nothing happens. What comes by the hundred is counted; what goes over the wires always is.
 */
final class Broadcast {
    /** For a page that comes late, and for the export. */
    private static final int KEPT = 5_000;

    /** Notes are a person's; the last few are enough. */
    private static final int KEPT_NOTES = 20;

    /** More of one kind and participant in a tenth of a second are one mark on the timeline. */
    private static final int ONE_BY_ONE = 3;

    /** In the words of the narration. */
    record Told(String text, String tone) {}

    /** What comes once a task. */
    private static final Set<String> FREQUENT = Set.of(
            "TaskAssigned",
            "TaskMoved",
            "TaskGivenUp",
            "TaskStarted",
            "TaskCompleted",
            "Submitted",
            "Learnt",
            "Collected",
            "Tidied");

    private final Function<Event, Optional<Told>> narration;
    private final List<PageFeed> feeds = new CopyOnWriteArrayList<>();
    private final Deque<ObjectNode> kept = new ArrayDeque<>();
    private final Deque<String> notes = new ArrayDeque<>();
    private final Map<String, AtomicInteger> frequent = new LinkedHashMap<>();
    private final Map<String, long[]> wires = new LinkedHashMap<>();
    private ArrayNode fresh = PlaygroundJson.MAPPER.createArrayNode();
    private boolean rolesChanged;
    private boolean notesChanged;

    /** @param narration an event's words; empty where it is told by nobody */
    Broadcast(Function<Event, Optional<Told>> narration) {
        this.narration = narration;
    }

    // From those who emit.

    synchronized void on(Entry entry) {
        Observation what = entry.what();
        if (what instanceof Observation.Requested) {
            wires.computeIfAbsent(entry.participant(), unused -> new long[2])[0]++;
        } else if (what instanceof Observation.Notified) {
            wires.computeIfAbsent(entry.participant(), unused -> new long[2])[1]++;
        } else if (!(what instanceof Observation.Answered)) {
            rolesChanged = true;
            show(entry);
        }
    }

    private void show(Entry entry) {
        Observation what = entry.what();
        if (what instanceof Observation.OfRole told) {
            Event event = told.event();
            String kind = EventJson.kind(event);
            if (!FREQUENT.contains(kind) || count(entry.participant(), kind) <= ONE_BY_ONE) {
                Told words = narration.apply(event).orElse(new Told(words(kind), "plain"));
                add(mark(entry, kind, words.text(), words.tone()));
            }
        } else if (what instanceof Observation.Fault fault) {
            add(mark(entry, "Fault", fault.what(), fault.begins() ? "bad" : "good"));
        } else if (what instanceof Observation.Command command) {
            add(mark(entry, "Command", command.line(), "caution"));
        } else if (what instanceof Observation.ServerState state) {
            add(mark(entry, "Server", state.mode(), state.mode().equals("down") ? "bad" : "plain"));
        } else if (what instanceof Observation.OfProcess process) {
            String tone = Set.of("started", "resumed").contains(process.how()) ? "good" : "bad";
            add(mark(entry, "Process", process.how() + ", pid " + process.pid(), tone));
        }
    }

    private int count(String participant, String kind) {
        return frequent.computeIfAbsent(participant + " " + kind, unused -> new AtomicInteger())
                .incrementAndGet();
    }

    private static ObjectNode mark(Entry entry, String kind, String text, String tone) {
        return PlaygroundJson.object()
                .put("t", entry.nanos() / 1_000_000)
                .put("p", entry.participant())
                .put("k", kind)
                .put("x", text)
                .put("c", tone);
    }

    private static String words(String kind) {
        return kind.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    }

    private void add(ObjectNode mark) {
        fresh.add(mark);
        kept.add(mark);
        if (kept.size() > KEPT) {
            kept.remove();
        }
    }

    synchronized void note(String text) {
        notes.add(text);
        if (notes.size() > KEPT_NOTES) {
            notes.remove();
        }
        notesChanged = true;
    }

    synchronized void rolesChanged() {
        rolesChanged = true;
    }

    // To those who look.

    void add(PageFeed feed) {
        feeds.add(feed);
    }

    void remove(PageFeed feed) {
        feeds.remove(feed);
    }

    int pages() {
        return feeds.size();
    }

    /** What is new since the last call goes to all pages. */
    void flush(long now, State state) {
        ObjectNode message = PlaygroundJson.object().put("t", now / 1_000_000);
        boolean any = state.addChanges(message);
        if (takeRolesChanged()) {
            // Outside of our lock: a role emits while it holds its own.
            message.set("roles", state.roles());
            any = true;
        }
        any |= addFresh(now, message);
        if (any) {
            String text = PlaygroundJson.text(message);
            feeds.forEach(feed -> feed.offer(text));
        }
    }

    private synchronized boolean takeRolesChanged() {
        boolean was = rolesChanged;
        rolesChanged = false;
        return was;
    }

    private synchronized boolean addFresh(long now, ObjectNode message) {
        frequent.forEach((key, count) -> summarize(now, key, count.get()));
        frequent.clear();
        boolean any = !fresh.isEmpty() || notesChanged || !wires.isEmpty();
        if (!fresh.isEmpty()) {
            message.set("events", fresh);
            fresh = PlaygroundJson.MAPPER.createArrayNode();
        }
        if (notesChanged) {
            message.set("notes", PlaygroundJson.tree(notes));
            notesChanged = false;
        }
        if (!wires.isEmpty()) {
            message.set("wires", PlaygroundJson.tree(wires));
            wires.clear();
        }
        return any;
    }

    private void summarize(long now, String key, int count) {
        if (count > ONE_BY_ONE) {
            String[] parts = key.split(" ");
            int more = count - ONE_BY_ONE;
            add(PlaygroundJson.object()
                    .put("t", now / 1_000_000)
                    .put("p", parts[0])
                    .put("k", parts[1])
                    .put("x", more + " more: " + words(parts[1]))
                    .put("c", "plain")
                    .put("n", more));
        }
    }

    /** What the playground knows besides events. */
    interface State {
        ArrayNode roles();

        /** Puts in what changed since the last call; returns whether anything did. */
        boolean addChanges(ObjectNode message);

        /** Puts in all of it. */
        void addAll(ObjectNode message);
    }

    /** All of it, for a page that is new or was left behind. */
    String whole(long now, State state) {
        ObjectNode message = PlaygroundJson.object().put("t", now / 1_000_000).put("whole", true);
        message.set("roles", state.roles());
        state.addAll(message);
        message.set("events", events());
        message.set("notes", notes());
        return PlaygroundJson.text(message);
    }

    private synchronized JsonNode notes() {
        return PlaygroundJson.tree(notes);
    }

    synchronized ArrayNode events() {
        ArrayNode events = PlaygroundJson.MAPPER.createArrayNode();
        kept.forEach(events::add);
        return events;
    }
}
