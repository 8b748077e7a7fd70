package dev.twinkeeper.cli;

import dev.twinkeeper.cli.Terminal.Tone;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Outcome;
import java.util.Optional;

/**
 * One event in the words of a narration.
 *
 * @param text what happened, without the time of day
 * @param kind what it may be counted together with when there are many at once; empty where each one is told
 * @param worker the worker it is about, or empty text
 * @param failed whether it tells of a task that failed
 */
record Narration(String text, Tone tone, Optional<Kind> kind, String worker, boolean failed) {
    /** What may come by the thousand. */
    enum Kind {
        ASSIGNED("assigned", "task", " to"),
        MOVED("moved", "task", " to"),
        TIDIED("tidied", "leftover", ""),
        SET_ASIDE("set aside", "znode", ""),
        STARTED("started", "task", ""),
        COMPLETED("completed", "task", ""),
        DISCARDED("threw away", "result", ""),
        SUBMITTED("submitted", "task", ""),
        LEARNT("learnt", "outcome", ""),
        COLLECTED("collected", "task", "");

        private final String verb;
        private final String noun;
        private final String towards;

        Kind(String verb, String noun, String towards) {
            this.verb = verb;
            this.noun = noun;
            this.towards = towards;
        }

        /** Many of a kind in one line: {@code assigned 137 more tasks to 4 workers}. */
        String summary(int count, boolean more, int workers, int failed) {
            String text = verb + " " + counted(count, more ? "more " + noun : noun);
            if (!towards.isEmpty() && workers > 0) {
                text += towards + " " + counted(workers, "worker");
            }
            return failed > 0 ? text + ", " + failed + " of them failed" : text;
        }
    }

    /** A number and its noun. */
    static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    /** Nothing where the command that runs the role tells it itself. */
    static Optional<Narration> of(Event event) {
        return session(event).or(() -> master(event)).or(() -> worker(event)).or(() -> client(event));
    }

    private static Optional<Narration> session(Event event) {
        if (event instanceof Event.Connected e) {
            return one("connected, session 0x%x".formatted(e.session()), Tone.FAINT);
        }
        if (event instanceof Event.Disconnected) {
            return one("disconnected; looking for a server, the session may live on", Tone.CAUTION);
        }
        if (event instanceof Event.SessionExpired e) {
            return one("session 0x%x expired; going on with a new one".formatted(e.session()), Tone.CAUTION);
        }
        if (event instanceof Event.SetAside e) {
            return many(Kind.SET_ASIDE, "set aside " + e.path() + ": " + e.why(), Tone.CAUTION, "");
        }
        return Optional.empty();
    }

    private static Optional<Narration> master(Event event) {
        if (event instanceof Event.Elected e) {
            return one("elected: " + e.id() + " reigns, epoch " + e.epoch(), Tone.GOOD);
        }
        if (event instanceof Event.Standby e) {
            String who = e.reigning().filter(line -> !line.isBlank()).orElse("somebody else");
            return one("standby: " + who + " reigns", Tone.PLAIN);
        }
        if (event instanceof Event.Deposed e) {
            return one("deposed: the reign of epoch " + e.epoch() + " is over, " + e.why(), Tone.CAUTION);
        }
        if (event instanceof Event.TookOver e) {
            return one(
                    "took over: " + counted(e.workers(), "worker") + ", " + e.pending() + " pending, " + e.assigned()
                            + " assigned, " + e.completed() + " completed",
                    Tone.PLAIN);
        }
        if (event instanceof Event.WorkerJoined e) {
            return one("worker " + e.worker() + " joined, " + counted(e.slots(), "slot"), Tone.GOOD);
        }
        if (event instanceof Event.WorkerLost e) {
            String left = e.unfinished() == 0 ? "" : " with " + counted(e.unfinished(), "unfinished task");
            return one("worker " + e.worker() + " lost" + left, Tone.CAUTION);
        }
        if (event instanceof Event.TaskAssigned e) {
            return many(
                    Kind.ASSIGNED,
                    e.task() + " assigned to " + e.worker(),
                    Tone.PLAIN,
                    e.worker().name());
        }
        if (event instanceof Event.TaskMoved e) {
            String text = e.task() + " moved from " + e.from() + " to " + e.to();
            return many(Kind.MOVED, text, Tone.CAUTION, e.to().name());
        }
        if (event instanceof Event.TaskGivenUp e) {
            String text = e.task() + " given up: " + counted(e.lost(), "worker") + (e.lost() == 1 ? " was" : " were")
                    + " lost with it, the last was " + e.worker();
            return one(text, Tone.CAUTION);
        }
        if (event instanceof Event.Tidied e) {
            return many(Kind.TIDIED, "tidied " + e.path(), Tone.FAINT, "");
        }
        return Optional.empty();
    }

    private static Optional<Narration> worker(Event event) {
        if (event instanceof Event.Registered e) {
            return one("registered as " + e.worker() + ", session 0x%x".formatted(e.session()), Tone.GOOD);
        }
        if (event instanceof Event.WaitingForId e) {
            return one(
                    "waiting for the name " + e.worker() + ", at most " + Durations.format(e.atMost()) + ": " + e.who()
                            + ", has it, perhaps our own session of before",
                    Tone.CAUTION);
        }
        if (event instanceof Event.TaskStarted e) {
            return many(Kind.STARTED, e.task() + " started", Tone.FAINT, "");
        }
        if (event instanceof Event.TaskCompleted e) {
            String text = e.task() + (e.done() ? " done" : " failed");
            return Optional.of(
                    new Narration(text, e.done() ? Tone.PLAIN : Tone.BAD, Optional.of(Kind.COMPLETED), "", !e.done()));
        }
        if (event instanceof Event.ResultDiscarded e) {
            return many(
                    Kind.DISCARDED, e.task() + " was moved to another worker; result thrown away", Tone.CAUTION, "");
        }
        return Optional.empty();
    }

    private static Optional<Narration> client(Event event) {
        if (event instanceof Event.Submitted e) {
            return many(Kind.SUBMITTED, e.task() + " submitted", Tone.PLAIN, "");
        }
        if (event instanceof Event.SubmitResolved e) {
            String text = "the answer to a submit was lost; it was " + (e.found() ? "applied" : "not applied");
            return one(text, Tone.CAUTION);
        }
        if (event instanceof Event.Learnt e) {
            boolean failed = e.outcome() instanceof Outcome.Failed;
            String text = e.task() + (failed ? " failed" : e.outcome().known() ? " done" : " unknown");
            return Optional.of(new Narration(text, Tone.PLAIN, Optional.of(Kind.LEARNT), "", failed));
        }
        if (event instanceof Event.Collected e) {
            return many(Kind.COLLECTED, e.task() + " collected", Tone.FAINT, "");
        }
        return Optional.empty();
    }

    private static Optional<Narration> one(String text, Tone tone) {
        return Optional.of(new Narration(text, tone, Optional.empty(), "", false));
    }

    private static Optional<Narration> many(Kind kind, String text, Tone tone, String worker) {
        return Optional.of(new Narration(text, tone, Optional.of(kind), worker, false));
    }
}
