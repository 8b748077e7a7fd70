package dev.twinkeeper.scenarios.checker;

import java.time.Duration;

/** The numbers of a run, counted while its log is replayed. */
final class Tally {
    long commits;
    long acknowledged;
    long created;
    long finished;
    long lost;
    long unfinished;
    long unlearnt;
    long doubleStatuses;
    long changedStatuses;
    long unknown;
    long unknownApplied;
    long assignments;
    long unfenced;
    long reigns;
    long registrations;
    long longestGapMs;
    long lastStatus;

    /** How long after the load the last task was finished; null where one never was. */
    Duration drained;
}
