package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.layout.Layout;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code submit} prints: a line for each task, and at the end, on stderr, what is left to say. */
final class SubmitReport implements Batch.Report {
    private static final Logger log = LoggerFactory.getLogger(SubmitReport.class);

    private final Terminal terminal;
    private final Layout layout;
    private final boolean json;
    private final boolean wait;

    private int failed;
    private int unknown;
    private int unacknowledged;
    private boolean unwritten;
    private TaskId oneUnknown;

    /** @param wait whether a task is told of by its outcome, or by its being submitted */
    SubmitReport(Terminal terminal, Layout layout, boolean json, boolean wait) {
        this.terminal = terminal;
        this.layout = layout;
        this.json = json;
        this.wait = wait;
    }

    @Override
    public void submitted(TaskId task) {
        if (!wait) {
            TaskLine.unfinished(layout.task(task), "submitted").print(terminal, json);
        }
    }

    @Override
    public void learnt(TaskId task, Outcome outcome) {
        if (outcome instanceof Outcome.Failed) {
            failed++;
        } else if (!outcome.known()) {
            unknown++;
            oneUnknown = task;
        }
        TaskLine.of(layout.task(task), outcome).print(terminal, json);
    }

    @Override
    public void unacknowledged() {
        unacknowledged++;
        TaskLine.unknown(layout.tasks(), "not acknowledged when the time was up; it may be in the tree")
                .print(terminal, json);
    }

    @Override
    public void quiet(int open) {
        terminal.complain(Narration.counted(open, "task") + " open and nothing happens; are a master and a worker"
                + " running? Still waiting");
    }

    @Override
    public boolean written() {
        return terminal.written();
    }

    @Override
    public void unwritten(List<TaskId> tasks) {
        tasks.forEach(task -> log.info("not shown, and left in the tree: {}", task));
        String left = tasks.isEmpty()
                ? ""
                : ": " + Narration.counted(tasks.size(), "task") + " not shown and left in the tree, " + tasks.get(0)
                        + LogFile.current()
                                .map(file -> " first; all of them are named in " + file)
                                .orElse(" first");
        terminal.complain("standard output: it could not be written (a full disk, or a reader that went away)" + left);
        unwritten = true;
    }

    /**
     * Says what became of those that have no outcome. A task that failed weighs more than one that is unknown.
     *
     * @param unsent how many were never given to the client
     */
    ExitCode end(int unsent, ConnectString where) {
        String ask = "twinkeeper status --connect " + where;
        if (unknown > 0) {
            terminal.complain(unknown + " unknown when the time was up: left in the tree; ask again with '" + ask
                    + " --task " + oneUnknown.name() + "'");
        }
        if (unacknowledged > 0) {
            terminal.complain(
                    unacknowledged + " not acknowledged when the time was up: '" + ask + "' counts what is there");
        }
        if (unsent > 0) {
            terminal.complain(unsent + " not submitted when the time was up: nothing was sent for them");
        }
        if (unwritten) {
            return ExitCode.NOT_WRITTEN;
        }
        if (failed > 0) {
            return ExitCode.FAILED;
        }
        return unknown + unacknowledged + unsent > 0 ? ExitCode.UNKNOWN : ExitCode.GOOD;
    }
}
