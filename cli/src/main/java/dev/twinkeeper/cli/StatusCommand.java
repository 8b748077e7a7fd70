package dev.twinkeeper.cli;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.scenarios.lab.TreeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper status}: what stands in the tree. */
@Command(
        name = "status",
        description = {
            "Shows who reigns, the workers and their load, and how many tasks are pending, assigned and completed.",
            "Reads only. With --task it shows these tasks, a line for each, and leaves them where they are."
        })
final class StatusCommand implements Callable<Integer> {
    private static final String TOP_OF_AN_EMPTY_SCREEN = "\u001b[H\u001b[2J";

    @Mixin
    private ConnectOptions connection;

    @Option(
            names = "--task",
            paramLabel = "ID",
            description = "A task's name or path, as submit printed it; may be given many times. Exit code 3 where one"
                    + " failed, 5 where one has no outcome yet.")
    private List<TaskId> tasks = List.of();

    @Option(
            names = "--watch",
            description =
                    "Shows the status again each second, until Ctrl-C: in the same place on a terminal, elsewhere only"
                            + " when it changed.")
    private boolean watch;

    @Option(names = "--json", description = "Prints JSON: one object, or with --task one a line.")
    private boolean json;

    @Mixin
    private LogOption log;

    private final Terminal terminal;

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        Settings settings = connection.settings();
        log.open("status", terminal);
        Layout layout = new Layout(settings.connect().chroot());
        if (watch) {
            watch(settings, layout);
            return ExitCode.GOOD.code();
        }
        try (TreeReader reader = TreeReader.connect(settings)) {
            reader.readBarrier();
            ExitCode code = ExitCode.GOOD;
            if (tasks.isEmpty()) {
                TreeStatus status = TreeStatusReader.status(reader, layout);
                print(status);
                code = complete(status, layout);
            } else {
                code = print(reader, layout);
            }
            terminal.out().flush();
            return code.code();
        }
    }

    private void print(TreeStatus status) {
        lines(status).forEach(terminal.out()::println);
    }

    private List<String> lines(TreeStatus status) {
        return json ? List.of(status.json()) : status.lines();
    }

    /** Ends by Ctrl-C, which is how it is meant to end, or when nobody reads it any more. */
    private void watch(Settings settings, Layout layout) {
        if (!tasks.isEmpty()) {
            throw CoordinationException.invalid("watch", "--task", "watches the whole tree; leave --task out");
        }
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread watcher = new Thread(() -> watch(settings, layout, ended), "watch");
        watcher.setDaemon(true);
        watcher.start();
        Stay.until(ended, watcher::interrupt, terminal);
    }

    private void watch(Settings settings, Layout layout, CompletableFuture<Void> ended) {
        try {
            showChanges(settings, layout);
            ended.complete(null);
        } catch (InterruptedException e) {
            ended.complete(null);
        } catch (RuntimeException | Error e) {
            ended.completeExceptionally(e);
        }
    }

    /** Where no server answers at first it ends; a connection that is lost later is looked for again. */
    private void showChanges(Settings settings, Layout layout) throws InterruptedException {
        List<String> shown = List.of();
        boolean first = true;
        while (terminal.written()) {
            try (TreeReader reader = TreeReader.connect(settings)) {
                first = false;
                while (terminal.written()) {
                    reader.readBarrier();
                    shown = show(lines(TreeStatusReader.status(reader, layout)), shown);
                    TimeUnit.SECONDS.sleep(1);
                }
            } catch (CoordinationException e) {
                if (first || e.problem() != CoordinationException.Problem.CANNOT_CONNECT) {
                    throw e;
                }
                shown = show(List.of(e.getMessage()), shown);
            }
        }
    }

    private List<String> show(List<String> lines, List<String> before) {
        if (!lines.equals(before)) {
            terminal.out().print(terminal.colour() ? TOP_OF_AN_EMPTY_SCREEN : "");
            lines.forEach(terminal.out()::println);
            terminal.out().flush();
        }
        return lines;
    }

    /** One znode more or less that is hidden leaves a picture; a hidden parent leaves none of what stands below it. */
    private ExitCode complete(TreeStatus status, Layout layout) {
        List<String> hidden = new ArrayList<>(List.of(layout.workers(), layout.assign(), layout.tasks()));
        hidden.retainAll(status.unreadable());
        if (hidden.isEmpty()) {
            return ExitCode.GOOD;
        }
        terminal.complain(
                "we are not allowed to read " + String.join(", ", hidden) + ": what stands below is not counted");
        return ExitCode.FAILURE;
    }

    private ExitCode print(TreeReader reader, Layout layout) throws InterruptedException {
        boolean failed = false;
        boolean unknown = false;
        for (TaskId task : tasks) {
            TaskLine line = read(reader, layout, task);
            failed |= line.state().equals("failed");
            unknown |= !line.state().equals("failed") && !line.state().equals("done");
            line.print(terminal, json);
        }
        if (failed) {
            return ExitCode.FAILED;
        }
        return unknown ? ExitCode.UNKNOWN : ExitCode.GOOD;
    }

    private static TaskLine read(TreeReader reader, Layout layout, TaskId task) throws InterruptedException {
        // The assignment before the status: the other way round, a task completed in between would look pending.
        Optional<WorkerId> holder = holder(reader, layout, task);
        String path = layout.task(task);
        Optional<TreeReader.Node> status = reader.node(layout.status(task));
        if (status.isPresent() && !status.get().readable()) {
            return TaskLine.unknown(path, "it has a status, and we are not allowed to read it");
        }
        if (status.isPresent()) {
            return TaskLine.of(path, StatusBytes.decode(status.get().data()));
        }
        if (reader.node(path).isEmpty()) {
            return TaskLine.unknown(path, "there is no such task: collected, or never submitted");
        }
        return holder.map(worker -> TaskLine.assigned(path, worker.name()))
                .orElse(TaskLine.unfinished(path, "pending"));
    }

    private static Optional<WorkerId> holder(TreeReader reader, Layout layout, TaskId task)
            throws InterruptedException {
        List<WorkerId> workers = new ArrayList<>();
        for (String child : reader.children(layout.assign())) {
            if (layout.place(layout.assign() + "/" + child) instanceof Place.AssignNode node) {
                workers.add(node.worker());
            }
        }
        List<Optional<TreeReader.Node>> held = reader.nodes(
                workers.stream().map(worker -> layout.assignment(worker, task)).toList());
        for (int i = 0; i < held.size(); i++) {
            if (held.get(i).isPresent()) {
                return Optional.of(workers.get(i));
            }
        }
        return Optional.empty();
    }
}
