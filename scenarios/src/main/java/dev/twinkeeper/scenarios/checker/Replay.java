package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A check in progress: commits come in zxid order, every check sees each of them, and none is kept for long. */
public final class Replay {
    /** How many commits a violation carries from before and after it. */
    private static final int AROUND = 5;

    /** So many violations carry commits: where a rule falls apart, it does so ten thousand times. */
    private static final int MOST_AROUND = 1_000;

    /** A violation, while the commits after it are still to come. */
    private record Open(Rule rule, long zxid, String message, List<Commit> around) {}

    private final Layout layout;
    private final Observations observations;
    private final List<Check> checks;
    private final Tree tree = new Tree();
    private final Deque<Commit> before = new ArrayDeque<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private final List<Violation> violations = new ArrayList<>();
    private final Here here = new Here();

    Replay(Layout layout, Observations observations, List<Check> checks) {
        this.layout = layout;
        this.observations = observations;
        this.checks = checks;
    }

    /** The next commit. */
    public void hear(Commit commit) {
        remember(commit);
        here.commit = commit;
        for (Change change : commit.changes()) {
            Place place = place(change);
            checks.forEach(check -> check.change(here, change, place));
            tree.apply(commit, change);
        }
        checks.forEach(check -> check.committed(here));
    }

    /** There are no more; the violations, in the order in which they showed. */
    public List<Violation> close() {
        here.commit = null;
        checks.forEach(check -> check.end(here));
        open.forEach(each -> violations.add(closed(each)));
        open.clear();
        return violations;
    }

    private void remember(Commit commit) {
        open.forEach(each -> each.around.add(commit));
        while (!open.isEmpty() && complete(open.peek())) {
            violations.add(closed(open.remove()));
        }
        before.add(commit);
        if (before.size() > AROUND + 1) {
            before.remove();
        }
    }

    private Violation closed(Open each) {
        List<String> records = each.around.stream()
                .map(commit -> (commit.zxid() == each.zxid ? "  > " : "    ")
                        + commit.text(observations.participant(commit.session()), layout.root()))
                .toList();
        return Violation.of(each.rule, each.zxid, each.message, records);
    }

    private static boolean complete(Open each) {
        return each.around.size() > AROUND
                && each.around.get(each.around.size() - 1 - AROUND).zxid() == each.zxid;
    }

    private Place place(Change change) {
        if (change instanceof Change.Create create) {
            return layout.place(create.path());
        }
        if (change instanceof Change.Delete delete) {
            return layout.place(delete.path());
        }
        if (change instanceof Change.SetData set) {
            return layout.place(set.path());
        }
        if (change instanceof Change.Check check) {
            return layout.place(check.path());
        }
        return new Place.Foreign("");
    }

    private final class Here implements Check.Moment {
        /** Null at the end. */
        private Commit commit;

        @Override
        public Commit commit() {
            return commit;
        }

        @Override
        public SessionOwner by() {
            return observations.participant(commit.session());
        }

        @Override
        public Tree tree() {
            return tree;
        }

        @Override
        public Observations observations() {
            return observations;
        }

        @Override
        public void violated(Rule rule, String message) {
            if (commit == null) {
                open.add(new Open(rule, -1, message, List.of()));
            } else if (violations.size() + open.size() < MOST_AROUND) {
                open.add(new Open(rule, commit.zxid(), message, new ArrayList<>(before)));
            } else {
                violations.add(Violation.of(rule, commit.zxid(), message, List.of()));
            }
        }
    }
}
