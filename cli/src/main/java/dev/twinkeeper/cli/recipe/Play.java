package dev.twinkeeper.cli.recipe;

/**
 * One recipe, played for people who look on: several participants, a fault in the middle, and what becomes of it. Takes
 * about ten seconds, twenty at the most.
 */
public interface Play {
    /** What is shown, in a few words. */
    String title();

    /**
     * Plays it, to the end.
     *
     * @throws Exception where the recipe does not do what the play is there to show; the message is told in one line
     */
    void play(Theatre theatre) throws Exception;
}
