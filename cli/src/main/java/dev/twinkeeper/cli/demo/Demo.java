package dev.twinkeeper.cli.demo;

/**
 * One recipe, shown to people who look on: several participants, a fault in the middle, and what becomes of it. Takes
 * about ten seconds, twenty at the most.
 */
public interface Demo {
    /** What is shown, in a few words. */
    String title();

    /**
     * Runs it, to the end.
     *
     * @throws Exception where the recipe does not do what the demo is there to show; the message is told in one line
     */
    void run(DemoContext context) throws Exception;
}
