package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.layout.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Checks a run by what it left in its directory. One reading of the history, then one of the servers' logs side by side;
 * the cost grows with their length, the memory with the number of tasks. Only where something is wrong, both are read
 * once more for the records around it.
 */
public final class RunChecker {
    private final Run run;
    private final Layout layout;
    private final Violations violations = new Violations();
    private final Replica replica = new Replica();

    private RunChecker(Run run) {
        this.run = run;
        this.layout = new Layout(run.root());
    }

    /**
     * Checks, and writes {@code report.json} and {@code report.md} beside the evidence.
     *
     * @throws IOException where the evidence can't be read
     */
    public static RunResult check(Path out) throws IOException {
        RunResult result = new RunChecker(Run.read(out)).check();
        RunReport.write(result);
        return result;
    }

    private RunResult check() throws IOException {
        Path lines = run.out().resolve("history.jsonl");
        History history = History.read(lines, violations);
        List<FaultRecord> faults = run.file("faults.jsonl").isPresent()
                ? FaultRecord.read(run.out().resolve("faults.jsonl"), run.sessionTimeout())
                : List.of();
        Observations observations = history.observations(run.retention());
        WorkerRoster roster = new WorkerRoster(layout);
        AccountingCheck account = new AccountingCheck(layout, run, history, roster, violations);
        ExecutionCheck executions = new ExecutionCheck(layout, roster, history.tasks(), violations);
        CareCheck care = new CareCheck(layout, roster, new FaultFreeTime(run, faults), run.bound(), violations);
        PresenceCheck presence =
                new PresenceCheck(layout, run, history, roster, new FaultFreeTime(run, faults), violations);
        Replay replay = new Checker(layout, observations)
                .replay(List.of(
                        new WriterCheck(layout, history, violations), account, executions, care, presence, roster));
        Ledger ledger = new Ledger(run.servers());
        Ledger.Tally read = ledger.read(new Reading(replay));
        replay.close().forEach(violations::enter);
        recovered(faults);
        long znodes = finalTree();
        if (read.committed() == 0) {
            violations.enter(ViolationKind.EVIDENCE, -1, "the servers' logs are empty");
        }
        List<Violation> findings = violations.findings();
        return new RunResult(
                run,
                numbers(account.tally(), executions, read, znodes),
                faults,
                violations.counts(),
                findings.isEmpty()
                        ? findings
                        : new ViolationContext(run, observations, findings).follow(ledger, lines));
    }

    /** Each committed transaction has to apply; and the checks hear it. */
    private final class Reading implements Ledger.Reader {
        private final Replay replay;

        Reading(Replay replay) {
            this.replay = replay;
        }

        @Override
        public void entry(Ledger.Entry entry) throws IOException {
            if (!entry.committed()) {
                return;
            }
            Commit commit = entry.commit(layout.root());
            replica.apply(entry.transaction())
                    .ifPresent(wrong -> violations.enter(ViolationKind.REPLAY, entry.zxid(), wrong));
            if (!commit.changes().isEmpty()) {
                replay.hear(commit);
            }
        }

        @Override
        public void disagreement(long zxid, String message) {
            violations.enter(ViolationKind.DISAGREEMENT, zxid, message);
        }

        @Override
        public void gap(long zxid, String message) {
            violations.enter(ViolationKind.GAP, zxid, message);
        }
    }

    private void recovered(List<FaultRecord> faults) {
        for (FaultRecord fault : faults) {
            if (fault.seen() && fault.recovered().isEmpty()) {
                violations.enter(ViolationKind.NO_RECOVERY, -1, fault + ": the service never worked again");
            }
        }
    }

    private long finalTree() throws IOException {
        Optional<Path> tree = run.file("tree.jsonl");
        if (tree.isEmpty()) {
            violations.enter(ViolationKind.EVIDENCE, -1, "nobody read the final tree: there is no tree.jsonl");
            return 0;
        }
        return FinalTree.compare(tree.get(), replica, violations);
    }

    private static RunNumbers numbers(Tally tally, ExecutionCheck executions, Ledger.Tally read, long znodes) {
        return new RunNumbers(
                tally.acknowledged,
                tally.created,
                tally.finished,
                tally.lost,
                tally.unfinished,
                tally.unlearnt,
                tally.doubleStatuses,
                tally.changedStatuses,
                tally.unknown,
                tally.unknownApplied,
                executions.executions(),
                executions.explained(),
                executions.unexplained(),
                tally.assignments,
                tally.unfenced,
                tally.reigns,
                tally.registrations,
                read.committed(),
                read.dropped(),
                read.lacking(),
                znodes,
                Duration.ofMillis(tally.longestGapMs),
                Optional.ofNullable(tally.drained));
    }
}
