package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.WorkerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What stood in the tree, in the order in which a person asks: who reigns, who works, what there is to do.
 *
 * @param present whether any role, or a person, has made the tree at all
 * @param epoch the number of the last reign
 * @param setAside what makes no sense, and is left alone by everybody
 * @param unreadable what an ACL hides from us; it is not counted
 */
record TreeStatus(
        boolean present,
        Optional<Master> master,
        Optional<Integer> epoch,
        List<Worker> workers,
        int pending,
        int assigned,
        int completed,
        Optional<Oldest> oldest,
        List<SetAside> setAside,
        List<String> unreadable) {
    /** More of them say nothing more. */
    private static final int SET_ASIDE_SHOWN = 20;

    /** {@code byHand}: its data were never set, as a program's claim does. */
    record Master(String line, boolean byHand, boolean ephemeral) {
        private String text(Optional<Integer> epoch) {
            String shown = line.isBlank() ? "(no text)" : line;
            if (!ephemeral) {
                return shown + ", a persistent znode: nobody can reign until somebody deletes it";
            }
            return byHand
                    ? shown + ", made by hand"
                    : shown + epoch.map(e -> ", epoch " + e).orElse("");
        }
    }

    /** {@code live} is false for one that is gone and still holds tasks. */
    record Worker(WorkerId id, String address, int slots, int load, boolean live) {
        private String text() {
            return live
                    ? id + "  " + load + " of " + TreeStatus.counted(slots, "slot") + " taken  " + address
                    : id + "  gone, with " + TreeStatus.counted(load, "unfinished task");
        }
    }

    /** The pending task that was there first. */
    record Oldest(String path, Duration age) {}

    record SetAside(String path, String why) {}

    /** Lines for people. */
    List<String> lines() {
        if (!present && master.isEmpty() && workers.isEmpty()) {
            return List.of("nothing here yet: no role has run on this tree");
        }
        List<String> lines = new ArrayList<>();
        String nobody =
                "nobody reigns" + epoch.map(e -> ", the last epoch was " + e).orElse("");
        lines.add("master     " + master.map(m -> m.text(epoch)).orElse(nobody));
        long live = workers.stream().filter(Worker::live).count();
        lines.add("workers    " + (live == 0 ? "none" : live));
        workers.forEach(worker -> lines.add("           " + worker.text()));
        lines.add("tasks      " + pending + " pending, " + assigned + " assigned, " + completed + " completed");
        oldest.ifPresent(task -> lines.add("           oldest pending: " + task.path() + ", for " + age(task)));
        if (!setAside.isEmpty()) {
            lines.add("set aside  " + TreeStatus.counted(setAside.size(), "znode") + " that make no sense here");
        }
        setAside.stream()
                .limit(SET_ASIDE_SHOWN)
                .forEach(each -> lines.add("           " + each.path() + ": " + each.why()));
        if (setAside.size() > SET_ASIDE_SHOWN) {
            lines.add("           and " + (setAside.size() - SET_ASIDE_SHOWN) + " more; --json has them all");
        }
        if (!unreadable.isEmpty()) {
            lines.add("unreadable " + TreeStatus.counted(unreadable.size(), "znode")
                    + " whose ACL refuses us; not counted");
        }
        unreadable.stream()
                .limit(SET_ASIDE_SHOWN)
                .forEach(path -> lines.add("           " + ErrorHandler.printable(path)));
        if (unreadable.size() > SET_ASIDE_SHOWN) {
            lines.add("           and " + (unreadable.size() - SET_ASIDE_SHOWN) + " more; --json has them all");
        }
        return lines;
    }

    private static String age(Oldest task) {
        return Durations.format(Duration.ofSeconds(task.age().toSeconds()));
    }

    private static String counted(int count, String noun) {
        return Narration.counted(count, noun);
    }

    /** The same for programs. */
    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("master", master.map(TreeStatus::fields).orElse(null));
        all.put("epoch", epoch.orElse(null));
        all.put("workers", workers.stream().map(TreeStatus::fields).toList());
        all.put("pending", pending);
        all.put("assigned", assigned);
        all.put("completed", completed);
        all.put("oldestPending", oldest.map(TreeStatus::fields).orElse(null));
        all.put("setAside", setAside.stream().map(TreeStatus::fields).toList());
        all.put("unreadable", unreadable);
        return Json.line(all);
    }

    private static Map<String, Object> fields(Master master) {
        return fields("line", master.line(), "byHand", master.byHand(), "ephemeral", master.ephemeral());
    }

    private static Map<String, Object> fields(Worker worker) {
        Map<String, Object> fields = fields("id", worker.id().name(), "live", worker.live(), "load", worker.load());
        fields.put("slots", worker.slots());
        fields.put("address", worker.address());
        return fields;
    }

    private static Map<String, Object> fields(Oldest oldest) {
        return fields("path", oldest.path(), "ageMs", oldest.age().toMillis());
    }

    private static Map<String, Object> fields(SetAside setAside) {
        return fields("path", setAside.path(), "why", setAside.why());
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return fields;
    }
}
