package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * S4: one submit is at most one task, exactly one if it was acknowledged. S6: what a client reported stands in a
 * status.
 *
 * <p>Submits of the same command can't be told apart, so they are counted together: scenarios submit different ones.
 */
final class SubmissionCheck implements Check {
    private final Layout layout;
    private final Map<Data, List<TaskId>> created = new HashMap<>();
    private final Map<TaskId, Data> commands = new HashMap<>();
    private final Map<TaskId, Set<Outcome>> statuses = new HashMap<>();

    SubmissionCheck(Layout layout) {
        this.layout = layout;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (!(change instanceof Change.Create create)) {
            return;
        }
        if (place instanceof Place.TaskNode task) {
            commands.put(task.task(), create.data());
            if (moment.by().isProgram()) {
                created.computeIfAbsent(create.data(), unused -> new ArrayList<>())
                        .add(task.task());
            }
        } else if (place instanceof Place.StatusNode status) {
            statuses.computeIfAbsent(status.task(), unused -> new HashSet<>())
                    .add(StatusBytes.decode(create.data().bytes()));
        }
    }

    @Override
    public void end(Moment moment) {
        Map<Data, Integer> allowed = new HashMap<>();
        for (Observations.Submit submit : moment.observations().submits()) {
            allowed.merge(submit.command(), submit.refused() ? 0 : 1, Integer::sum);
            submit.acknowledged().ifPresent(task -> acknowledged(moment, submit, task));
        }
        created.forEach((command, tasks) -> {
            int most = allowed.getOrDefault(command, 0);
            if (tasks.size() > most) {
                moment.violated(
                        Rule.S4, "%d submits of %s made %d tasks: %s".formatted(most, command, tasks.size(), tasks));
            }
        });
        distinct(moment);
        moment.observations().reports().forEach(report -> reported(moment, report));
    }

    private void acknowledged(Moment moment, Observations.Submit submit, TaskId task) {
        if (!submit.command().equals(commands.get(task))) {
            moment.violated(
                    Rule.S4,
                    "a submit of %s was acknowledged as %s, which %s"
                            .formatted(
                                    submit.command(),
                                    layout.task(task),
                                    commands.containsKey(task)
                                            ? "has the command " + commands.get(task)
                                            : "was never created"));
        }
    }

    private static void distinct(Moment moment) {
        Set<TaskId> acknowledged = new HashSet<>();
        for (Observations.Submit submit : moment.observations().submits()) {
            submit.acknowledged()
                    .filter(task -> !acknowledged.add(task))
                    .ifPresent(task -> moment.violated(Rule.S4, "two submits were acknowledged as one task: " + task));
        }
    }

    private void reported(Moment moment, Observations.Reported report) {
        boolean read = statuses.getOrDefault(report.task(), Set.of()).contains(report.outcome());
        if (report.outcome().known() && !read) {
            moment.violated(
                    Rule.S6,
                    "a client reported %s of %s, which is in no status: %s"
                            .formatted(
                                    report.outcome(), report.task(), statuses.getOrDefault(report.task(), Set.of())));
        }
    }
}
