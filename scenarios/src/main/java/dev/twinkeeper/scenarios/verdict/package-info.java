/**
 * The judge of a torture run: what the clients were told, what the workers did and what the servers committed must be one
 * story. It reads a directory that a run left behind, so a run can be judged again.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.scenarios.verdict.TortureJudge} puts it together:
 * {@link dev.twinkeeper.scenarios.verdict.History} and {@link dev.twinkeeper.scenarios.verdict.Fault} are what was seen
 * from outside; the servers' logs come from the {@code oracle} as one stream, which the oracle's own articles hear and
 * besides them the articles here, one for each thing that only shows in a long run; {@code FinalTree} compares what is
 * left. A {@link dev.twinkeeper.scenarios.verdict.Verdict} is the result, {@code Report} writes it down and
 * {@link dev.twinkeeper.scenarios.verdict.Soak} sets several side by side.
 */
package dev.twinkeeper.scenarios.verdict;
