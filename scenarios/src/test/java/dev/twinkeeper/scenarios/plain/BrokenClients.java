package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import java.util.List;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;

/** Clients with one flaw each. */
final class BrokenClients {
    private BrokenClients() {}

    /** Submits again when the answer was lost, as the book does. */
    static final class Resubmitter extends PlainClient {
        Resubmitter(Settings settings, Listener listener) {
            super(settings, listener);
        }

        @Override
        void resolve() {
            waiting.addAll(unanswered.values());
            unanswered.clear();
        }
    }

    /** Takes its own clock for that of the servers: what it sent in a session that it gave up is still on its way. */
    static final class LeavesItsFormerSession extends PlainClient {
        LeavesItsFormerSession(Settings settings, Listener listener) {
            super(settings, listener);
        }

        @Override
        boolean endsFormerSessions() {
            return false;
        }
    }

    /** When the time is up it says what it would like to hear. */
    static final class InventsAnOutcome extends PlainClient {
        InventsAnOutcome(Settings settings, Listener listener) {
            super(settings, listener);
        }

        @Override
        void giveUp(Question question) {
            answer(question, new Outcome.Done(Payload.EMPTY));
        }
    }

    /** Collects a task that has no status, too. */
    static final class CollectsTooEarly extends PlainClient {
        CollectsTooEarly(Settings settings, Listener listener) {
            super(settings, listener);
        }

        @Override
        List<Op> removal(TaskId task) throws KeeperException, InterruptedException {
            return read(layout.status(task)).isPresent() ? super.removal(task) : List.of(delete(layout.task(task)));
        }
    }

    /** Takes "not there" from a server that may be behind. */
    static final class ForgetsToSync extends PlainClient {
        ForgetsToSync(Settings settings, Listener listener) {
            super(settings, listener);
        }

        @Override
        boolean isGone(TaskId task) throws KeeperException, InterruptedException {
            return zk.exists(layout.task(task), false) == null;
        }
    }

    /** Forgets what it was asked when its connection is lost. */
    static final class ForgetsWhatItWasAsked extends PlainClient {
        ForgetsWhatItWasAsked(Settings settings, Listener listener) {
            super(settings, listener);
        }

        @Override
        void suspend() {
            super.suspend();
            questions.clear();
        }
    }
}
