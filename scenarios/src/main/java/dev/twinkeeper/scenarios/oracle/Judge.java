package dev.twinkeeper.scenarios.oracle;

import dev.twinkeeper.layout.Layout;
import java.util.ArrayList;
import java.util.List;

/**
 * Replays commits and judges the rules that show in the log: S1 to S6, and of R1, R3 and R4 what shows there. It binds
 * programs only; what a person does at zkCli is part of the weather.
 */
public final class Judge {
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
        Hearing hearing = hearing(List.of());
        commits.forEach(hearing::hear);
        return hearing.close();
    }

    /**
     * A judgement of commits as they come, which need not be held.
     *
     * @param more articles besides the judge's own
     */
    public Hearing hearing(List<Article> more) {
        List<Article> articles = new ArrayList<>(List.of(
                new ReignArticle(layout),
                new AssignmentArticle(),
                new StatusArticle(layout),
                new TaskArticle(layout),
                new WorkerArticle(layout),
                new CloseArticle(),
                new TestimonyArticle(layout)));
        articles.addAll(more);
        return new Hearing(layout, testimony, articles);
    }
}
