package dev.twinkeeper.scenarios.checker;

/**
 * The machine's clock was set while a run lasted.
 *
 * @param at when, by the recorder's clock, in microseconds
 * @param aheadMs how far it is ahead, from then on, of where it would be had nobody ever set it; negative: behind
 */
public record ClockStep(long at, long aheadMs) {}
