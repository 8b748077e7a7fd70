package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.events.EventStream.Entry;
import dev.twinkeeper.scenarios.events.Observation;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What came of one action, on each side: how long until what, and what went over the wires meanwhile. A time begins when
 * the action was done; a failover ends with the first assignment of a task that was pending then.
 */
final class Episode {
    /** Then a milestone that was not reached is given up: longer than a session and an election together. */
    private static final long BOUND_NANOS = 45_000_000_000L;

    /** Assignments that are remembered until the probe is known. */
    private static final int REMEMBERED = 2_000;

    private final int id;
    private final String action;
    private final String title;
    private final List<Account> accounts = new ArrayList<>();

    Episode(int id, String action, String title) {
        this.id = id;
        this.action = action;
        this.title = title;
    }

    int id() {
        return id;
    }

    /** One side's part. */
    static final class Account {
        private final ClusterSide side;
        private final String target;
        private final String command;
        private final List<Milestone> open;
        private final long begin;
        private final Traffic before;
        private final Set<TaskId> assigned = new HashSet<>();
        private final ArrayNode reached = PlaygroundJson.MAPPER.createArrayNode();
        private Traffic during = Traffic.NONE;
        private TaskId probe;
        private boolean over;

        Account(
                ClusterSide side,
                String target,
                String command,
                List<Milestone> milestones,
                long begin,
                Traffic before) {
            this.side = side;
            this.target = target;
            this.command = command;
            this.open = new ArrayList<>(milestones);
            this.begin = begin;
            this.before = before;
        }

        String target() {
            return target;
        }

        boolean ofSide(Entry entry) {
            return entry.participant().startsWith(side.name() + "/");
        }

        boolean ofTarget(Entry entry) {
            return entry.participant().equals(side.name() + "/" + target);
        }

        boolean isProbe(Entry entry, Class<? extends Event> kind) {
            return ofSide(entry)
                    && entry.what() instanceof Observation.OfRole told
                    && kind.isInstance(told.event())
                    && probe != null
                    && probe.equals(task(told.event()));
        }

        boolean probeAssigned(Entry entry) {
            return probe != null && assigned.contains(probe);
        }

        private static TaskId task(Event event) {
            if (event instanceof Event.Submitted e) {
                return e.task();
            }
            return event instanceof Event.Learnt e ? e.task() : null;
        }

        /** Masters and client are different processes: an assignment may be heard of before its submit. */
        private void remember(Event event) {
            if (event instanceof Event.TaskAssigned e && assigned.size() < REMEMBERED) {
                assigned.add(e.task());
            } else if (event instanceof Event.TaskMoved e && assigned.size() < REMEMBERED) {
                assigned.add(e.task());
            } else if (event instanceof Event.Submitted e && probe == null) {
                probe = e.task();
            }
        }

        boolean on(Entry entry) {
            if (over || entry.nanos() < begin) {
                return false;
            }
            if (ofSide(entry) && entry.what() instanceof Observation.OfRole told) {
                remember(told.event());
            }
            boolean any = open.removeIf(milestone -> {
                boolean now = milestone.reached().test(this, entry);
                if (now) {
                    reached.addObject().put("label", milestone.label()).put("ms", (entry.nanos() - begin) / 1_000_000);
                }
                return now;
            });
            if (any && open.isEmpty()) {
                end();
            }
            return any;
        }

        private void end() {
            during = side.traffic().minus(before);
            over = true;
            assigned.clear();
        }

        private ObjectNode toJson() {
            Traffic traffic = over ? during : side.traffic().minus(before);
            ObjectNode json = PlaygroundJson.object()
                    .put("side", side.name())
                    .put("target", target)
                    .put("command", command)
                    .put("requests", traffic.total())
                    .put("notifications", traffic.notifications())
                    .put("over", over);
            json.set("reached", reached.deepCopy());
            ArrayNode missing = json.putArray("missing");
            open.forEach(milestone -> missing.add(milestone.label()));
            json.set("byOperation", PlaygroundJson.tree(traffic.requests()));
            return json;
        }
    }

    synchronized void add(Account account) {
        accounts.add(account);
        if (account.open.isEmpty()) {
            account.end();
        }
    }

    /** Returns whether the entry changed anything. */
    synchronized boolean on(Entry entry) {
        boolean any = false;
        for (Account account : accounts) {
            any |= account.on(entry);
        }
        return any;
    }

    /** Takes back what could not be done after all. */
    synchronized void remove(Account account) {
        accounts.remove(account);
    }

    /** Gives up what did not come in time. Returns whether the page has to be told: it waits for something, or did. */
    synchronized boolean look(long now) {
        boolean any = false;
        for (Account account : accounts) {
            any |= !account.over;
            if (!account.over && now - account.begin > BOUND_NANOS) {
                account.end();
            }
        }
        return any;
    }

    synchronized ObjectNode toJson() {
        ObjectNode json =
                PlaygroundJson.object().put("id", id).put("action", action).put("title", title);
        long begin = accounts.stream().mapToLong(account -> account.begin).min().orElse(0);
        json.put("t", begin / 1_000_000);
        ArrayNode list = json.putArray("sides");
        accounts.forEach(account -> list.add(account.toJson()));
        return json;
    }
}
