package dev.twinkeeper.scenarios.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Server;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedEnsemble.class)
class TransactionLogTest {
    private static List<Commit> read(Ensemble ensemble, Hand hand, String root, long after) {
        return new TransactionLog(ensemble.transactionLogs(), root).read(after, hand.mark());
    }

    private static List<String> changes(List<Commit> commits) {
        return commits.stream()
                .flatMap(commit -> commit.changes().stream())
                .map(Change::toString)
                .toList();
    }

    @Test
    void readsWhatWasCommittedBelowTheChroot(Ensemble ensemble) {
        long before = ensemble.lastZxid();
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/log"));
                Hand neighbour = new Hand(ensemble.connectString(), new Layout("/logs"))) {
            hand.createParents();
            neighbour.createParents();
            hand.create("/tasks/a", "data");
            hand.set("/tasks/a", "other");
            hand.delete("/tasks/a");

            List<Commit> commits = read(ensemble, hand, "/log", before);

            assertThat(changes(commits))
                    .containsExactly(
                            "create /log/workers \"\"",
                            "create /log/assign \"\"",
                            "create /log/tasks \"\"",
                            "create /log/master-epoch \"\"",
                            "create /log/tasks/a \"data\"",
                            "set /log/tasks/a \"other\" → version 1",
                            "delete /log/tasks/a");
            assertThat(commits).allMatch(commit -> commit.session() == hand.session());
            assertThat(commits).isSortedAccordingTo((a, b) -> Long.compare(a.zxid(), b.zxid()));
        }
    }

    @Test
    void readsWhatEndedSessionsTookWithThem(Ensemble ensemble) {
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/ended"))) {
            hand.createParents();
            long before = hand.mark();
            Hand other = new Hand(ensemble.connectString(), new Layout("/ended"));
            other.createEphemeral("/workers/w1", "");
            other.expire();

            assertThat(changes(read(ensemble, hand, "/ended", before)))
                    .containsExactly(
                            "create -e /ended/workers/w1 \"\"", "session ended, and with it /ended/workers/w1");
            other.close();
        }
    }

    @Test
    void leavesOutWhatFailed(Ensemble ensemble) throws Exception {
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/failed"))) {
            hand.createParents();
            long before = hand.mark();
            ZooKeeper keeper = new ZooKeeper(ensemble.connectString(), 5000, event -> {});
            var acl = new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE);
            Op create = Op.create("/failed/tasks/a", new byte[0], acl, CreateMode.PERSISTENT);
            assertThatThrownBy(() -> keeper.multi(List.of(create, Op.check("/failed/tasks", 7))))
                    .isInstanceOf(KeeperException.BadVersionException.class);
            assertThatThrownBy(() -> keeper.delete("/failed/tasks/a", -1))
                    .isInstanceOf(KeeperException.NoNodeException.class);
            keeper.multi(List.of(Op.check("/failed/tasks", 0), create));
            keeper.close();

            assertThat(changes(read(ensemble, hand, "/failed", before)))
                    .containsExactly("check /failed/tasks at 0", "create /failed/tasks/a \"\"");
        }
    }

    @Test
    void readsOverTheLossOfLeadersAndRestarts() {
        try (Ensemble own = Ensemble.start();
                Hand hand = new Hand(own.connectString(), new Layout("/loss"))) {
            hand.createParents();
            long before = hand.mark();
            for (int i = 0; i < 3; i++) {
                hand.create("/tasks/" + i, "");
                Server leader = own.leader();
                leader.kill();
                hand.children("/tasks");
                hand.create("/tasks/" + i + "b", "");
                own.restore();
            }
            own.restart();
            hand.children("/tasks");
            hand.create("/tasks/last", "");

            assertThat(read(own, hand, "/loss", before)).hasSize(7);
        }
    }

    @Test
    void toleratesATailThatIsHalfWritten(@TempDir Path copies) throws IOException {
        try (Ensemble ensemble = Ensemble.start();
                Hand hand = new Hand(ensemble.connectString(), new Layout("/tail"))) {
            hand.createParents();
            long before = hand.mark();
            hand.create("/tasks/a", "first");
            long through = hand.mark();
            hand.create("/tasks/b", "second");
            List<Path> logs = copy(ensemble.transactionLogs(), copies);
            // The last bytes that were written, of every log.
            for (Path log : logs) {
                damageTail(log);
            }

            TransactionLog read = new TransactionLog(logs, "/tail");

            assertThat(changes(read.read(before, through))).containsExactly("create /tail/tasks/a \"first\"");
            assertThatThrownBy(() -> read.read(before, through + 1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("was acknowledged");
        }
    }

    @Test
    void leavesOutWhatNoMajorityHas(Ensemble ensemble, @TempDir Path copies) throws IOException {
        try (Hand hand = new Hand(ensemble.connectString(), new Layout("/orphan"))) {
            hand.createParents();
            long before = hand.mark();
            hand.create("/tasks/a", "first");
            long through = hand.mark();
            List<Path> logs = copy(ensemble.transactionLogs(), copies);
            Path empty = Files.createDirectory(copies.resolve("empty"));

            assertThat(new TransactionLog(List.of(logs.get(0), logs.get(1), empty), "/orphan").read(before, through))
                    .hasSize(1);
            assertThatThrownBy(() ->
                            new TransactionLog(List.of(logs.get(0), empty, empty), "/orphan").read(before, through))
                    .isInstanceOf(AssertionError.class);
        }
    }

    @Test
    void findsServersThatDisagree(Ensemble ensemble) {
        try (Ensemble other = Ensemble.start();
                Hand here = new Hand(ensemble.connectString(), new Layout("/disagree"));
                Hand there = new Hand(other.connectString(), new Layout("/disagree"))) {
            here.createParents();
            there.createParents();
            // Both count from the same zxid on, and differ in the sessions at the least.
            long wanted = there.mark();
            here.mark();
            List<Path> logs = List.of(
                    ensemble.transactionLogs().get(0),
                    other.transactionLogs().get(0),
                    other.transactionLogs().get(1));

            assertThatThrownBy(() -> new TransactionLog(logs, "/disagree").read(0, wanted))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("disagree");
        }
    }

    private static List<Path> copy(List<Path> directories, Path into) throws IOException {
        List<Path> copies = new ArrayList<>();
        for (Path directory : directories) {
            Path copy = Files.createDirectory(into.resolve("log" + copies.size()));
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(
                                each -> each.getFileName().toString().startsWith("log."))
                        .toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
            copies.add(copy);
        }
        return copies;
    }

    /** Zeroes the last bytes of the newest record, as if they had not been written yet. */
    private static void damageTail(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.sorted().toList();
        }
        try (RandomAccessFile file =
                new RandomAccessFile(files.get(files.size() - 1).toFile(), "rw")) {
            byte[] bytes = new byte[(int) file.length()];
            file.readFully(bytes);
            int last = bytes.length - 1;
            while (bytes[last] == 0) {
                last--;
            }
            file.seek(last - 8);
            file.write(new byte[9]);
        }
    }
}
