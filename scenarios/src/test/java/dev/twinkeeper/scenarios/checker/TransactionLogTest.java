package dev.twinkeeper.scenarios.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
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
    private static List<Commit> read(Ensemble ensemble, Operator operator, String root, long after) {
        return new TransactionLog(ensemble.transactionLogs(), root).read(after, operator.mark());
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
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/log"));
                Operator neighbour = new Operator(ensemble.connectString(), new Layout("/logs"))) {
            operator.createParents();
            neighbour.createParents();
            operator.create("/tasks/a", "data");
            operator.set("/tasks/a", "other");
            operator.delete("/tasks/a");

            List<Commit> commits = read(ensemble, operator, "/log", before);

            assertThat(changes(commits))
                    .containsExactly(
                            "create /log/workers \"\"",
                            "create /log/assign \"\"",
                            "create /log/tasks \"\"",
                            "create /log/master-epoch \"\"",
                            "create /log/tasks/a \"data\"",
                            "set /log/tasks/a \"other\" → version 1",
                            "delete /log/tasks/a");
            assertThat(commits).allMatch(commit -> commit.session() == operator.session());
            assertThat(commits).isSortedAccordingTo((a, b) -> Long.compare(a.zxid(), b.zxid()));
        }
    }

    @Test
    void readsWhatEndedSessionsTookWithThem(Ensemble ensemble) {
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/ended"))) {
            operator.createParents();
            long before = operator.mark();
            Operator other = new Operator(ensemble.connectString(), new Layout("/ended"));
            other.createEphemeral("/workers/w1", "");
            other.expire();

            assertThat(changes(read(ensemble, operator, "/ended", before)))
                    .containsExactly(
                            "create -e /ended/workers/w1 \"\"", "session ended, and with it /ended/workers/w1");
            other.close();
        }
    }

    @Test
    void leavesOutWhatFailed(Ensemble ensemble) throws Exception {
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/failed"))) {
            operator.createParents();
            long before = operator.mark();
            ZooKeeper keeper = new ZooKeeper(ensemble.connectString(), 5000, event -> {});
            var acl = new ArrayList<>(ZooDefs.Ids.OPEN_ACL_UNSAFE);
            Op create = Op.create("/failed/tasks/a", new byte[0], acl, CreateMode.PERSISTENT);
            assertThatThrownBy(() -> keeper.multi(List.of(create, Op.check("/failed/tasks", 7))))
                    .isInstanceOf(KeeperException.BadVersionException.class);
            assertThatThrownBy(() -> keeper.delete("/failed/tasks/a", -1))
                    .isInstanceOf(KeeperException.NoNodeException.class);
            keeper.multi(List.of(Op.check("/failed/tasks", 0), create));
            keeper.close();

            assertThat(changes(read(ensemble, operator, "/failed", before)))
                    .containsExactly("check /failed/tasks at 0", "create /failed/tasks/a \"\"");
        }
    }

    @Test
    void readsOverTheLossOfLeadersAndRestarts() {
        try (Ensemble own = Ensemble.start();
                Operator operator = new Operator(own.connectString(), new Layout("/loss"))) {
            operator.createParents();
            long before = operator.mark();
            for (int i = 0; i < 3; i++) {
                operator.create("/tasks/" + i, "");
                Server leader = own.leader();
                leader.kill();
                operator.children("/tasks");
                operator.create("/tasks/" + i + "b", "");
                own.restore();
            }
            own.restart();
            operator.children("/tasks");
            operator.create("/tasks/last", "");

            assertThat(read(own, operator, "/loss", before)).hasSize(7);
        }
    }

    @Test
    void toleratesATailThatIsHalfWritten(@TempDir Path copies) throws IOException {
        try (Ensemble ensemble = Ensemble.start();
                Operator operator = new Operator(ensemble.connectString(), new Layout("/tail"))) {
            operator.createParents();
            long before = operator.mark();
            operator.create("/tasks/a", "first");
            long through = operator.mark();
            operator.create("/tasks/b", "second");
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
        try (Operator operator = new Operator(ensemble.connectString(), new Layout("/orphan"))) {
            operator.createParents();
            long before = operator.mark();
            operator.create("/tasks/a", "first");
            long through = operator.mark();
            Path empty = Files.createDirectory(copies.resolve("empty"));
            // Acknowledged is what any two servers have: these two are waited for before their logs are copied.
            List<Path> live = ensemble.transactionLogs();
            new TransactionLog(List.of(live.get(0), live.get(1), empty), "/orphan").read(before, through);
            List<Path> logs = copy(live, copies);

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
                Operator here = new Operator(ensemble.connectString(), new Layout("/disagree"));
                Operator there = new Operator(other.connectString(), new Layout("/disagree"))) {
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
