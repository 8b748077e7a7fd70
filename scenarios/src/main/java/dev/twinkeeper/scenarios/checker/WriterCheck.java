package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;

/**
 * Who writes must be known, and the operator does what the operator's faults do. Rules bind programs only, so a
 * program whose sessions were missing in the history would be free of them.
 */
final class WriterCheck implements Check {
    /** What the servers do by themselves has the session 0: they delete containers, such as a latch's, that are empty. */
    private static final long SERVERS = 0;

    private final Layout layout;
    private final History history;
    private final Violations violations;

    WriterCheck(Layout layout, History history, Violations violations) {
        this.layout = layout;
        this.history = history;
        this.violations = violations;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (change instanceof Change.Check || change instanceof Change.SessionClosed) {
            return;
        }
        long session = moment.commit().session();
        if (session == SERVERS && change instanceof Change.Delete && place instanceof Place.Foreign) {
            return;
        }
        if (!history.knows(session)) {
            violations.enter(
                    ViolationKind.EVIDENCE,
                    moment.commit().zxid(),
                    "session 0x%x committed '%s', and is nobody's in the history".formatted(session, change));
        } else if (!moment.by().isProgram() && !allowed(change, place)) {
            violations.enter(
                    ViolationKind.EVIDENCE,
                    moment.commit().zxid(),
                    "%s committed '%s', which is none of the faults".formatted(moment.by(), change));
        }
    }

    private boolean allowed(Change change, Place place) {
        boolean removes = change instanceof Change.Delete;
        if (place instanceof Place.AssignNode || place instanceof Place.AssignmentNode) {
            return removes;
        }
        if (place instanceof Place.Parent || place instanceof Place.EpochNode || place instanceof Place.Foreign) {
            return change instanceof Change.Create create && layout.parents().contains(create.path())
                    || change instanceof Change.SetData set && set.path().equals(layout.root());
        }
        return place instanceof Place.MasterNode;
    }
}
