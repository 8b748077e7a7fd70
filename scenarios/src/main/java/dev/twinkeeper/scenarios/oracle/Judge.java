package dev.twinkeeper.scenarios.oracle;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays commits and judges the rules that show in the log: S1 to S6, and of R1, R3 and R4 what shows there. It binds
 * programs only; what a person does at zkCli is part of the weather.
 */
public final class Judge {
    /** How many commits a violation carries from before and after it. */
    private static final int AROUND = 5;

    private final Layout layout;
    private final Testimony testimony;

    public Judge(Layout layout, Testimony testimony) {
        this.layout = layout;
        this.testimony = testimony;
    }

    /**
     * The violations, in the order in which they show.
     *
     * @param commits from the chroot's beginning on, in zxid order
     */
    public List<Violation> judge(List<Commit> commits) {
        List<Article> articles = List.of(
                new ReignArticle(layout),
                new AssignmentArticle(),
                new StatusArticle(layout),
                new TaskArticle(layout),
                new WorkerArticle(layout),
                new CloseArticle(),
                new TestimonyArticle(layout));
        Replay replay = new Replay(commits);
        replay.run(articles);
        return replay.violations;
    }

    private final class Replay implements Article.Moment {
        private final List<Commit> commits;
        private final List<Violation> violations = new ArrayList<>();
        private final Tree tree = new Tree();
        private int at;

        Replay(List<Commit> commits) {
            this.commits = commits;
        }

        void run(List<Article> articles) {
            for (at = 0; at < commits.size(); at++) {
                for (Change change : commit().changes()) {
                    Place place = place(change);
                    articles.forEach(article -> article.change(this, change, place));
                    tree.apply(commit(), change);
                }
                articles.forEach(article -> article.committed(this));
            }
            articles.forEach(article -> article.end(this));
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

        @Override
        public Commit commit() {
            return commits.get(at);
        }

        @Override
        public Participant by() {
            return testimony.participant(commit().session());
        }

        @Override
        public Tree tree() {
            return tree;
        }

        @Override
        public Testimony testimony() {
            return testimony;
        }

        @Override
        public void violated(Rule rule, String message) {
            boolean ended = at >= commits.size();
            List<Commit> around = ended
                    ? List.of()
                    : commits.subList(Math.max(0, at - AROUND), Math.min(commits.size(), at + AROUND + 1));
            violations.add(new Violation(rule, ended ? -1 : commit().zxid(), message, around));
        }
    }
}
