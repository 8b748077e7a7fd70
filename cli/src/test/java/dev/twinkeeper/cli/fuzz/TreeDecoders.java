package dev.twinkeeper.cli.fuzz;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.EpochLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.MasterLine;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.layout.StatusBytes;
import dev.twinkeeper.layout.WorkerLine;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/** Names and data of znodes. None of these decoders throws; only a name is refused where it is made. */
final class TreeDecoders {
    private static final Layout LAYOUT = new Layout("/app");

    /** Of what a line shows, with the ellipsis. */
    private static final int SHOWN = 201;

    private TreeDecoders() {}

    static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    private static Optional<MasterId> word(String text) {
        try {
            return Optional.of(new MasterId(text));
        } catch (CoordinationException none) {
            return Optional.empty();
        }
    }

    static void workerLine(byte[] input) {
        WorkerLine read = WorkerLine.decode(input);
        Expect.that(read.slots() >= 0 && read.slots() <= WorkerLine.MAX_SLOTS, "slots " + read.slots());
        Expect.that(
                read.sessionMillis() >= 0 && read.sessionMillis() <= WorkerLine.MAX_SESSION_MILLIS,
                "session " + read.sessionMillis());
        word(text(input)).ifPresent(address -> {
            WorkerLine written = new WorkerLine(
                    address.name(), input.length % WorkerLine.MAX_SLOTS, input.length % WorkerLine.MAX_SESSION_MILLIS);
            Expect.same(WorkerLine.decode(written.encode()), written);
        });
    }

    static void masterLine(byte[] input) {
        String shown = MasterLine.decode(input);
        Expect.that(shown.length() <= SHOWN, "shown are " + shown.length() + " characters");
        Expect.printable(shown);
        word(text(input)).filter(id -> id.name().length() < 100).ifPresent(id -> {
            Expect.same(MasterLine.decode(MasterLine.encode(id, "host:1")), id + " host:1");
        });
    }

    static void epochLine(byte[] input) {
        EpochLine.decode(input);
        word(text(input)).ifPresent(id -> {
            EpochLine written = EpochLine.of(id, UUID.nameUUIDFromBytes(input).toString());
            Expect.same(EpochLine.decode(written.encode()), written);
        });
    }

    /** Whoever may write there may not have the count begin again. */
    static void assignmentLine(byte[] input) {
        int lost = AssignmentLine.decode(input).lost();
        AssignmentLine next = AssignmentLine.decode(AssignmentLine.encode(7, lost + 1));
        Expect.that(lost >= 0 && next.lost() >= lost, lost + " lost workers, and then " + next.lost());
        Expect.same(next.epoch(), "7");
    }

    static void status(byte[] input) {
        Outcome outcome = StatusBytes.decode(input);
        if (outcome instanceof Outcome.Done done) {
            Expect.same(StatusBytes.decode(StatusBytes.done(done.result())), done);
        } else if (outcome instanceof Outcome.Failed failed) {
            boolean fits = failed.reason().getBytes(StandardCharsets.UTF_8).length <= Payload.LIMIT;
            Outcome again = StatusBytes.decode(StatusBytes.failed(failed.reason()));
            Expect.that(!fits || again.equals(failed), "the reason of a failure changed");
        } else {
            Expect.line(((Outcome.Unknown) outcome).why());
        }
    }

    static void path(byte[] input) {
        String text = text(input);
        for (String path : new String[] {text, "/app/" + text, "/app/tasks/" + text, "/app/assign/w/" + text}) {
            Expect.same(path(LAYOUT.place(path)), path);
        }
        Layout.token(text).ifPresent(token -> {
            TaskId task = new TaskId(text);
            Expect.that(LAYOUT.task(task).startsWith(LAYOUT.newTask(token)), token + " is not of " + task);
            Expect.that(token.indexOf('-') < 0, "a token with a hyphen");
        });
    }

    private static String path(Place place) {
        if (place instanceof Place.MasterNode) {
            return LAYOUT.master();
        } else if (place instanceof Place.EpochNode) {
            return LAYOUT.epoch();
        } else if (place instanceof Place.Parent parent) {
            return parent.path();
        } else if (place instanceof Place.WorkerNode worker) {
            return LAYOUT.worker(worker.worker());
        } else if (place instanceof Place.AssignNode assign) {
            return LAYOUT.assign(assign.worker());
        } else if (place instanceof Place.AssignmentNode assignment) {
            return LAYOUT.assignment(assignment.worker(), assignment.task());
        } else if (place instanceof Place.TaskNode task) {
            return LAYOUT.task(task.task());
        } else if (place instanceof Place.StatusNode status) {
            return LAYOUT.status(status.task());
        }
        return ((Place.Foreign) place).path();
    }

    static void name(byte[] input) {
        String text = text(input);
        boolean element = word(text).isPresent();
        if (element || !text.contains(" ")) {
            refusedOrTaken(text);
        }
        if (TaskId.isTask(text)) {
            TaskId task = new TaskId(text);
            Expect.that(task.sequence() >= 0 && task.compareTo(new TaskId(text)) == 0, "sequence " + task.sequence());
        }
    }

    /** Every word is a worker's id too. */
    private static void refusedOrTaken(String text) {
        boolean word = word(text).isPresent();
        try {
            WorkerId worker = new WorkerId(text);
            Expect.same(LAYOUT.place(LAYOUT.worker(worker)), new Place.WorkerNode(worker));
        } catch (CoordinationException refused) {
            Expect.line(refused.getMessage());
            Expect.that(!word, "a master's id that is no worker's");
        }
    }
}
