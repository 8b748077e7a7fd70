package dev.twinkeeper.scenarios.verdict;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.oracle.Commit;
import dev.twinkeeper.scenarios.oracle.Hearing;
import dev.twinkeeper.scenarios.oracle.Judge;
import dev.twinkeeper.scenarios.oracle.Ledger;
import dev.twinkeeper.scenarios.oracle.Replica;
import dev.twinkeeper.scenarios.oracle.Testimony;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Judges a run by what it left in its directory. One reading of the history, then one of the servers' logs side by side;
 * the cost grows with their length, the memory with the number of tasks. Only where something is wrong, both are read
 * once more for the records around it.
 */
public final class TortureJudge {
    private final Run run;
    private final Layout layout;
    private final Docket docket = new Docket();
    private final Replica replica = new Replica();

    private TortureJudge(Run run) {
        this.run = run;
        this.layout = new Layout(run.root());
    }

    /**
     * Judges, and writes {@code report.json} and {@code report.md} beside the evidence.
     *
     * @throws IOException where the evidence can't be read
     */
    public static Verdict judge(Path out) throws IOException {
        Verdict verdict = new TortureJudge(Run.read(out)).judge();
        Report.write(verdict);
        return verdict;
    }

    private Verdict judge() throws IOException {
        Path lines = run.out().resolve("history.jsonl");
        History history = History.read(lines, docket);
        List<Fault> faults = run.file("faults.jsonl").isPresent()
                ? Fault.read(run.out().resolve("faults.jsonl"), run.sessionTimeout())
                : List.of();
        Testimony testimony = history.testimony(run.retention());
        Workforce workforce = new Workforce(layout);
        AccountArticle account = new AccountArticle(layout, run, history, workforce, docket);
        ExecutionArticle executions = new ExecutionArticle(layout, workforce, history.tasks(), docket);
        CareArticle care = new CareArticle(layout, workforce, new Calm(run, faults), run.bound(), docket);
        PresenceArticle presence = new PresenceArticle(layout, run, history, workforce, new Calm(run, faults), docket);
        Hearing hearing = new Judge(layout, testimony)
                .hearing(List.of(
                        new WeatherArticle(layout, history, docket), account, executions, care, presence, workforce));
        Ledger ledger = new Ledger(run.servers());
        Ledger.Tally read = ledger.read(new Replay(hearing));
        hearing.close()
                .forEach(violation -> docket.enter(Charge.of(violation.rule()), violation.zxid(), violation.message()));
        recovered(faults);
        long znodes = finalTree();
        if (read.committed() == 0) {
            docket.enter(Charge.EVIDENCE, -1, "the servers' logs are empty");
        }
        List<Finding> findings = docket.findings();
        return new Verdict(
                run,
                numbers(account.tally(), executions, read, znodes),
                faults,
                docket.counts(),
                findings.isEmpty() ? findings : new Trail(run, testimony, findings).follow(ledger, lines));
    }

    /** Each committed transaction has to apply; and the articles hear it. */
    private final class Replay implements Ledger.Reader {
        private final Hearing hearing;

        Replay(Hearing hearing) {
            this.hearing = hearing;
        }

        @Override
        public void entry(Ledger.Entry entry) throws IOException {
            if (!entry.committed()) {
                return;
            }
            Commit commit = entry.commit(layout.root());
            replica.apply(entry.transaction()).ifPresent(wrong -> docket.enter(Charge.REPLAY, entry.zxid(), wrong));
            if (!commit.changes().isEmpty()) {
                hearing.hear(commit);
            }
        }

        @Override
        public void disagreement(long zxid, String message) {
            docket.enter(Charge.DISAGREEMENT, zxid, message);
        }

        @Override
        public void gap(long zxid, String message) {
            docket.enter(Charge.GAP, zxid, message);
        }
    }

    private void recovered(List<Fault> faults) {
        for (Fault fault : faults) {
            if (fault.seen() && fault.recovered().isEmpty()) {
                docket.enter(Charge.NO_RECOVERY, -1, fault + ": the service never worked again");
            }
        }
    }

    private long finalTree() throws IOException {
        Optional<Path> tree = run.file("tree.jsonl");
        if (tree.isEmpty()) {
            docket.enter(Charge.EVIDENCE, -1, "nobody read the final tree: there is no tree.jsonl");
            return 0;
        }
        return FinalTree.compare(tree.get(), replica, docket);
    }

    private static Numbers numbers(Tally tally, ExecutionArticle executions, Ledger.Tally read, long znodes) {
        return new Numbers(
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
