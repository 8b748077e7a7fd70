package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.layout.Place;

/** What looks after a rule or two: it sees every change in zxid order, and speaks up. */
public interface Check {
    /** A change, with the tree as it stood before it. */
    default void change(Moment moment, Change change, Place place) {}

    /** A commit is complete, and the tree stands after it. */
    default void committed(Moment moment) {}

    /** All commits were seen. */
    default void end(Moment moment) {}

    /** Where the replay is. */
    interface Moment {
        Commit commit();

        /** Whose commit it is. */
        SessionOwner by();

        /** The tree at this point. */
        Tree tree();

        Observations observations();

        default SessionOwner participant(long session) {
            return observations().participant(session);
        }

        void violated(Rule rule, String message);
    }
}
