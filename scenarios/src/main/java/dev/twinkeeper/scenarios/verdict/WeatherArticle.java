package dev.twinkeeper.scenarios.verdict;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import dev.twinkeeper.scenarios.oracle.Article;
import dev.twinkeeper.scenarios.oracle.Change;

/**
 * Who writes must be known, and the operator does what the operator's faults do. Rules bind programs only, so a
 * program whose sessions were missing in the history would be free of them.
 */
final class WeatherArticle implements Article {
    private final Layout layout;
    private final History history;
    private final Docket docket;

    WeatherArticle(Layout layout, History history, Docket docket) {
        this.layout = layout;
        this.history = history;
        this.docket = docket;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (change instanceof Change.Check || change instanceof Change.SessionClosed) {
            return;
        }
        long session = moment.commit().session();
        if (!history.knows(session)) {
            docket.enter(
                    Charge.EVIDENCE,
                    moment.commit().zxid(),
                    "session 0x%x committed '%s', and is nobody's in the history".formatted(session, change));
        } else if (!moment.by().isProgram() && !allowed(change, place)) {
            docket.enter(
                    Charge.EVIDENCE,
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
