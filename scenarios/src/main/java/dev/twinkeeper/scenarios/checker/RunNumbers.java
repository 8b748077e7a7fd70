package dev.twinkeeper.scenarios.checker;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The numbers of a run.
 *
 * @param acknowledged tasks whose submit was acknowledged
 * @param created tasks that the log has, acknowledged or not
 * @param lost acknowledged tasks that the log does not see to their status
 * @param unfinished tasks without a status at the end, acknowledged or not
 * @param unlearnt acknowledged and finished tasks whose outcome no client reported
 * @param unknown submits that nobody answered for sure
 * @param unknownApplied those of them that made a task nevertheless
 * @param explained second executions, by the reason that the log has for them
 * @param unexplained executions without such a reason
 * @param unfenced master's transactions that assign without the fence
 * @param dropped transactions that were proposed and never committed
 * @param lacking for each server, committed transactions that it knows by a snapshot only
 * @param znodes how many the final tree had
 * @param longestGap the longest time without a status while a task waited for one
 * @param drained how long after the load the last task was finished; empty where one never was
 */
public record RunNumbers(
        long acknowledged,
        long created,
        long finished,
        long lost,
        long unfinished,
        long unlearnt,
        long doubleStatuses,
        long changedStatuses,
        long unknown,
        long unknownApplied,
        long executions,
        Map<String, Long> explained,
        long unexplained,
        long assignments,
        long unfenced,
        long reigns,
        long registrations,
        long committed,
        long dropped,
        List<Long> lacking,
        long znodes,
        Duration longestGap,
        Optional<Duration> drained) {
    /** Second executions, explained or not. */
    public long duplicates() {
        return unexplained + explainedCount();
    }

    public long explainedCount() {
        return explained.values().stream().mapToLong(Long::longValue).sum();
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("acknowledged", acknowledged);
        json.put("created", created);
        json.put("finished", finished);
        json.put("lost", lost);
        json.put("unfinished", unfinished);
        json.put("unlearnt", unlearnt);
        json.put("double_statuses", doubleStatuses);
        json.put("changed_statuses", changedStatuses);
        json.put("unknown_submits", unknown);
        json.put("unknown_submits_applied", unknownApplied);
        json.put("executions", executions);
        json.put("duplicate_executions", duplicates());
        json.put("duplicate_executions_explained", explained);
        json.put("duplicate_executions_unexplained", unexplained);
        json.put("assignments", assignments);
        json.put("unfenced_assignments", unfenced);
        json.put("reigns", reigns);
        json.put("registrations", registrations);
        json.put("transactions_committed", committed);
        json.put("transactions_dropped", dropped);
        json.put("transactions_by_snapshot_only", lacking);
        json.put("final_znodes", znodes);
        json.put("longest_gap_ms", longestGap.toMillis());
        json.put("drained_ms", drained.map(Duration::toMillis).orElse(null));
        return json;
    }
}
