package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Many tasks from submit to outcome, of one client, on the thread that calls {@link #run}. Everything the client answers
 * is put into a mailbox, and that thread reads it: so a slow terminal holds up nobody but itself.
 *
 * <p>A task goes {@code submitted → acknowledged → learnt → shown → collected}. It is removed after its line was taken by
 * whoever reads: if the process dies between, an outcome is there twice, not lost. Where lines can't be written any more,
 * nothing more is submitted, and what was not shown stays. Its bounds: {@value #UNACKNOWLEDGED} submits under way;
 * the mailbox holds no more than one letter for each task.
 */
final class Batch {
    /** Enough to fill the client's window with full transactions; the rest would only wait in its memory. */
    static final int UNACKNOWLEDGED = 2_000;

    /** How many are given to the client at once. */
    private static final int CHUNK = 500;

    /** Past the timeout, for what is on its way: the client's own answer that time is up, removals under way. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** Receives what becomes of the tasks. */
    interface Report {
        void submitted(TaskId task);

        void learnt(TaskId task, Outcome outcome);

        /** It was sent, and nobody acknowledged it: it may be in the tree. */
        void unacknowledged();

        /** Nothing has happened for a while, and so many tasks are still open. Said once. */
        void quiet(int open);

        /** Whether all that was reported so far has been written where a person or a program reads it. */
        boolean written();

        /** So many outcomes could not be written, and are left in the tree. Said once, at the end. */
        void unwritten(List<TaskId> tasks);
    }

    /** When a person begins to wonder whether anybody works at all. */
    private static final Duration QUIET = Duration.ofSeconds(3);

    private final Client client;
    private final IntFunction<Payload> commands;
    private final int count;
    private final boolean wait;
    private final Report report;
    private final BlockingQueue<Runnable> mailbox = new LinkedBlockingQueue<>();
    private final long deadline;

    private int given;
    private int unacknowledged;
    private int waiting;
    private int collecting;
    private final List<TaskId> unseen = new ArrayList<>();
    private final List<TaskId> unwritten = new ArrayList<>();
    private boolean mute;
    private boolean saidQuiet;
    private RuntimeException refusal;

    /** @param wait whether to wait for outcomes and collect them, or only for acknowledgements */
    Batch(Client client, IntFunction<Payload> commands, int count, boolean wait, Duration timeout, Report report) {
        this.client = client;
        this.commands = commands;
        this.count = count;
        this.wait = wait;
        this.report = report;
        this.deadline = System.nanoTime() + timeout.toNanos();
    }

    /**
     * Returns when everything is done or the time is up; the client is closed then.
     *
     * @return how many tasks were never given to the client, and so are certainly not in the tree
     * @throws CoordinationException what a submit was refused for
     */
    int run() throws InterruptedException {
        try {
            submitMore();
            while (open() > 0 && readOne(remaining().plus(GRACE))) {
                submitMore();
            }
        } finally {
            // What is still under way completes now, as unknown.
            client.close();
        }
        readRest();
        if (mute) {
            report.unwritten(List.copyOf(unwritten));
        }
        if (refusal != null) {
            throw refusal;
        }
        return count - given;
    }

    /** Where nothing can be written any more, only what was shown before is still to be removed. */
    private int open() {
        return mute ? collecting : unacknowledged + waiting + unseen.size() + collecting;
    }

    private void submitMore() {
        while (given < count
                && !mute
                && unacknowledged + CHUNK <= UNACKNOWLEDGED
                && refusal == null
                && !remaining().isZero()) {
            List<Payload> chunk = new ArrayList<>(CHUNK);
            while (given < count && chunk.size() < CHUNK) {
                chunk.add(commands.apply(given));
                given++;
            }
            unacknowledged += chunk.size();
            for (CompletionStage<TaskId> submit : client.submitAll(chunk)) {
                submit.whenComplete(this::putSubmitted);
            }
        }
    }

    private void putSubmitted(TaskId task, Throwable problem) {
        mailbox.add(() -> onSubmitted(task, problem));
    }

    private void onSubmitted(TaskId task, Throwable problem) {
        unacknowledged--;
        if (problem != null) {
            onNotSubmitted(ErrorHandler.unwrap(problem));
            return;
        }
        report.submitted(task);
        if (wait) {
            waiting++;
            client.outcome(task, patience()).whenComplete((outcome, failure) -> putLearnt(task, outcome, failure));
        }
    }

    private void onNotSubmitted(Throwable problem) {
        Problem kind = problem instanceof CoordinationException known ? known.problem() : null;
        if (kind == Problem.CLOSED || kind == Problem.UNKNOWN) {
            report.unacknowledged();
        } else if (refusal == null) {
            refusal = problem instanceof RuntimeException known ? known : new IllegalStateException(problem);
        }
    }

    private void putLearnt(TaskId task, Outcome outcome, Throwable problem) {
        mailbox.add(() -> onLearnt(task, outcome, problem));
    }

    private void onLearnt(TaskId task, Outcome outcome, Throwable problem) {
        waiting--;
        Outcome told = problem == null
                ? outcome
                : new Outcome.Unknown(
                        Outcome.Reason.UNREADABLE, ErrorHandler.unwrap(problem).getMessage());
        if (mute) {
            unwritten.add(task);
            return;
        }
        report.learnt(task, told);
        if (told.known()) {
            unseen.add(task);
        }
    }

    /** Collects what was reported, now that it is written; where it is not, all of it stays. */
    private void collectSeen() {
        if (!mute && !report.written()) {
            mute = true;
            unwritten.addAll(unseen);
            unseen.clear();
        }
        collecting += unseen.size();
        // Whether it removed it, or somebody else did, or nobody could: the outcome is told, and the master tidies.
        unseen.forEach(task -> client.collect(task).whenComplete(this::putCollected));
        unseen.clear();
    }

    private void putCollected(Boolean removed, Throwable problem) {
        mailbox.add(() -> collecting--);
    }

    private boolean readOne(Duration patience) throws InterruptedException {
        if (mailbox.isEmpty() || unseen.size() >= CHUNK) {
            collectSeen();
            if (open() == 0) {
                return false;
            }
        }
        Runnable letter = mailbox.poll(Math.min(patience.toMillis(), QUIET.toMillis()), TimeUnit.MILLISECONDS);
        if (letter == null && patience.compareTo(QUIET) > 0) {
            sayQuiet();
            letter = mailbox.poll(patience.minus(QUIET).toMillis(), TimeUnit.MILLISECONDS);
        }
        if (letter == null) {
            return false;
        }
        letter.run();
        return true;
    }

    private void sayQuiet() {
        if (!saidQuiet) {
            saidQuiet = true;
            report.quiet(open());
        }
    }

    private void readRest() {
        Runnable letter = mailbox.poll();
        while (letter != null) {
            letter.run();
            letter = mailbox.poll();
        }
        collectSeen();
    }

    /** What remains, up to the next tenth of a second: people read it where the outcome is unknown. */
    private Duration patience() {
        return Duration.ofMillis((remaining().toMillis() + 99) / 100 * 100);
    }

    private Duration remaining() {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }
}
