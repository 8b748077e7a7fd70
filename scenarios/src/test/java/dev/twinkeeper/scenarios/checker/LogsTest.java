package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What three logs mean together: what is committed, what was only proposed, what disagrees and what is missing. */
class LogsTest {
    @TempDir
    Path out;

    private PlantedRun run;

    @BeforeEach
    void begin() throws IOException {
        run = new PlantedRun(out).begin();
    }

    @AfterEach
    void close() throws IOException {
        run.close();
    }

    private RunResult caught(String message, ViolationKind... kinds) throws IOException {
        RunResult result = run.check();
        assertThat(result.counts().keySet()).as(result.summary()).isEqualTo(Set.of(kinds));
        assertThat(result.findings()).anySatisfy(finding -> {
            assertThat(finding.message()).contains(message);
            assertThat(finding.records()).isNotEmpty();
        });
        return result;
    }

    private RunResult kept() throws IOException {
        RunResult result = run.check();
        assertThat(result.holds()).as(result.summary()).isTrue();
        return result;
    }

    @Test
    void leavesOutWhatADeposedLeaderOnlyProposed() throws IOException {
        run.scribe.only(1);
        run.scribe.commit(run.session("m1"), 0, false, run.scribe.delete("/workers/w1"));
        run.scribe.commit(run.session("m1"), 0, false, run.scribe.delete("/workers/w2"));
        run.scribe.only(1, 2, 3);
        run.scribe.nextEpoch();
        run.task("w1", "after");

        assertThat(kept().numbers().dropped()).isEqualTo(2);
    }

    @Test
    void takesAFailedMultiForTheSameInBothItsForms() throws IOException {
        run.scribe.only(1, 2);
        run.scribe.commit(run.session("m1"), 0, false, run.scribe.delete("/workers/w1"), run.scribe.error());
        run.scribe.back(1);
        run.scribe.only(3);
        run.scribe.commit(run.session("m1"), 0, false, run.scribe.error(), run.scribe.error());
        run.scribe.only(1, 2, 3);
        run.task("w1", "after");

        kept();
    }

    @Test
    void catchesAMultiThatFailedOnOneServerOnly() throws IOException {
        run.scribe.only(1, 2);
        run.scribe.commit(run.session("m1"), 0, false, run.scribe.error());
        run.scribe.back(1);
        run.scribe.only(3);
        run.scribe.commit(run.session("m1"), 0, false, run.scribe.delete("/workers/w1"));
        run.scribe.only(1, 2, 3);
        run.task("w1", "after");

        caught("the servers disagree", ViolationKind.DISAGREEMENT);
    }

    @Test
    void takesWhatAMajorityHasWhereOneServerWasDown() throws IOException {
        run.scribe.only(2, 3);
        run.task("w1", "without the first");
        run.scribe.snapshot(1);
        run.scribe.only(1, 2, 3);
        run.task("w1", "with all");

        RunResult result = kept();

        assertThat(result.numbers().dropped()).isZero();
        assertThat(result.numbers().lacking().get(0)).isPositive();
        assertThat(result.numbers().lacking().subList(1, 3)).containsExactly(0L, 0L);
    }

    @Test
    void takesTheOthersWordWhereOneServerNeverCameBack() throws IOException {
        run.scribe.only(2, 3);
        run.task("w1", "without the first");

        assertThat(kept().numbers().lacking().get(0)).isPositive();
    }

    @Test
    void catchesAServerWithAHoleThatNoSnapshotFills() throws IOException {
        run.scribe.only(2, 3);
        run.task("w1", "without the first");
        run.scribe.only(1, 2, 3);
        run.task("w1", "with all");

        caught("server 1 has 0x1", ViolationKind.GAP);
    }

    @Test
    void catchesADamagedRecord() throws IOException {
        run.task("w1", "damaged");
        run.finish();
        Path log = out.resolve("servers/1/data/version-2/log.100000001");
        byte[] bytes = Files.readAllBytes(log);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("damaged")] ^= 1;
        Files.write(log, bytes);

        RunResult result = RunChecker.check(out);

        assertThat(result.counts().keySet()).containsExactly(ViolationKind.DISAGREEMENT);
        assertThat(result.summary()).contains("server 1 has a damaged record after 0x1");
    }

    @Test
    void takesWhatTheOthersWereGivenAsASnapshot() throws IOException {
        run.scribe.only(1);
        run.task("w1", "kept by the new leader only");
        run.scribe.snapshot(2);
        run.scribe.snapshot(3);
        run.scribe.only(1, 2, 3);
        run.scribe.nextEpoch();
        run.task("w1", "after");

        assertThat(kept().numbers().acknowledged()).isEqualTo(3);
    }

    @Test
    void catchesServersThatDisagree() throws IOException {
        run.scribe.only(1, 2);
        run.scribe.commit(run.session("m1"), 0, run.scribe.check("/master"));
        run.scribe.back(1);
        run.scribe.only(3);
        run.scribe.commit(run.session("m2"), 0, run.scribe.check("/master"));
        run.scribe.only(1, 2, 3);
        run.task("w1", "after");

        caught("the servers disagree at 0x1", ViolationKind.DISAGREEMENT);
    }

    @Test
    void catchesAServerThatGoesBackToAnotherTransaction() throws IOException {
        run.scribe.back(1);
        run.scribe.only(3);
        run.scribe.fail(run.session("m1"), 0);
        run.scribe.only(1, 2, 3);

        caught("server 3 goes back", ViolationKind.DISAGREEMENT);
    }

    @Test
    void catchesTransactionsThatAreInNoLog() throws IOException {
        run.scribe.skip(3);
        run.task("w1", "after");

        caught("3 transactions before 0x1", ViolationKind.GAP);
    }

    @Test
    void catchesAnEpochThatDoesNotBeginAtOne() throws IOException {
        run.scribe.nextEpoch();
        run.scribe.skip(2);
        run.task("w1", "after");

        caught("epoch 2 goes on at 3 after 0", ViolationKind.GAP);
    }

    @Test
    void catchesACommitAfterWhatOnlyAMinorityHas() throws IOException {
        run.scribe.only(1);
        run.scribe.fail(run.session("m1"), 0);
        run.scribe.only(1, 2, 3);
        run.task("w1", "after");

        caught("before it is in a minority's log only", ViolationKind.GAP);
    }

    /** The end of an epoch has no gap to see, but the tree that the next leader had tells. */
    @Test
    void catchesTheLostEndOfAnEpoch() throws IOException {
        String task = run.submit("c1", "lost with the logs");
        run.scribe.only();
        run.assign("m1", "w1", task);
        run.scribe.only(1, 2, 3);
        run.scribe.nextEpoch();
        run.finish("w1", task);

        RunResult result = run.check();
        assertThat(result.counts().keySet()).contains(ViolationKind.REPLAY);
        assertThat(result.summary()).contains("the replay answers NONODE");
    }

    /** Nothing fails to apply here; the digest alone knows. */
    @Test
    void catchesALostTransactionThatNothingNeeds() throws IOException {
        run.scribe.only();
        run.commit("w1", run.scribe.set("/workers/w1", "here slots=2"));
        run.scribe.only(1, 2, 3);
        run.scribe.nextEpoch();
        run.task("w1", "after");

        RunResult result = run.check();
        assertThat(result.count(ViolationKind.REPLAY)).isEqualTo(1);
        assertThat(result.summary()).contains("the leader's tree had another digest than the replayed one");
    }

    @Test
    void readsPastTheEndThatAKilledServerLeft() throws IOException {
        run.task("w1", "before");
        run.scribe.roll(1);
        run.task("w1", "in the next file");
        run.scribe.tear(1);
        run.scribe.only(2, 3);
        run.task("w1", "after");

        kept();
    }

    @Test
    void wantsLogs() throws IOException {
        run.finish();
        Files.move(out.resolve("servers"), out.resolve("elsewhere"));

        RunResult result = RunChecker.check(out);

        assertThat(result.summary()).contains("the servers' logs are empty");
    }

    // The tree at the end.

    @Test
    void catchesAZnodeThatNoLogHas() throws IOException {
        tree(
                "{\"path\":\"/foreign\",\"czxid\":\"0x1\",\"mzxid\":\"0x1\",\"version\":0,\"owner\":\"0x0\",\"data\":\"\"}");

        RunResult result = run.check();
        assertThat(result.counts().keySet()).containsExactly(ViolationKind.FINAL_TREE);
        assertThat(result.summary()).contains("/foreign was read, and no log has it");
    }

    @Test
    void catchesAZnodeThatWasNotRead() throws IOException {
        List<String> lines = run.treeLines();
        lines.removeIf(line -> line.contains("\"/workers/w2\""));
        Files.write(out.resolve("tree.jsonl"), lines);

        caught("/workers/w2 stands by the logs, and was not read", ViolationKind.FINAL_TREE);
    }

    @Test
    void catchesOtherDataAndAnotherVersion() throws IOException {
        List<String> lines = run.treeLines().stream()
                .map(line -> line.contains("\"/master\"")
                        ? line.replace("\"version\":1", "\"version\":2")
                                .replaceAll("\"data\":\".*\"", "\"data\":\"bTI=\"")
                        : line)
                .toList();
        Files.write(out.resolve("tree.jsonl"), lines);

        RunResult result = run.check();
        assertThat(result.counts().keySet()).containsExactly(ViolationKind.FINAL_TREE);
        assertThat(result.findings().toString())
                .contains("/master has version 0x2, and by the logs 0x1", "/master has other data than the logs give");
    }

    private void tree(String more) throws IOException {
        List<String> lines = run.treeLines();
        lines.add(more);
        Files.write(out.resolve("tree.jsonl"), lines);
    }
}
