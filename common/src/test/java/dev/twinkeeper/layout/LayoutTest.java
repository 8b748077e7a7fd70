package dev.twinkeeper.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Paths there and back, and data that people and other programs wrote. */
class LayoutTest {
    private static final Layout LAYOUT = new Layout("/app/one");
    private static final WorkerId WORKER = new WorkerId("worker1.example.com");
    private static final TaskId TASK = new TaskId("task-0000000007");

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void everyPathIsFoundAgain() {
        assertThat(LAYOUT.place(LAYOUT.master())).isEqualTo(new Place.MasterNode());
        assertThat(LAYOUT.place(LAYOUT.epoch())).isEqualTo(new Place.EpochNode());
        assertThat(LAYOUT.place(LAYOUT.worker(WORKER))).isEqualTo(new Place.WorkerNode(WORKER));
        assertThat(LAYOUT.place(LAYOUT.assign(WORKER))).isEqualTo(new Place.AssignNode(WORKER));
        assertThat(LAYOUT.place(LAYOUT.assignment(WORKER, TASK))).isEqualTo(new Place.AssignmentNode(WORKER, TASK));
        assertThat(LAYOUT.place(LAYOUT.task(TASK))).isEqualTo(new Place.TaskNode(TASK));
        assertThat(LAYOUT.place(LAYOUT.status(TASK))).isEqualTo(new Place.StatusNode(TASK));
        assertThat(LAYOUT.place(LAYOUT.tasks())).isEqualTo(new Place.Parent("/app/one/tasks"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/app/one/tasks/notes",
                "/app/one/tasks/task-123",
                "/app/one/tasks/task-0000000007/other",
                "/app/one/assign/w/readme",
                "/app/one/tasks/task-0000000007/status/deeper",
                "/app/one/something",
                "/app/two/master",
                "/app/one",
                "/"
            })
    void whateverElseStandsThereIsForeign(String path) {
        assertThat(LAYOUT.place(path)).isEqualTo(new Place.Foreign(path));
    }

    @Test
    void tasksOfOtherProgramsAreTasks() {
        assertThat(LAYOUT.place("/app/one/tasks/_c_a1b2-task-0000000003")).isInstanceOf(Place.TaskNode.class);
        assertThat(LAYOUT.place("/app/one/tasks/my own 0000000003")).isInstanceOf(Place.TaskNode.class);
    }

    @Test
    void parentsComeBeforeTheirChildren() {
        assertThat(LAYOUT.parents())
                .containsExactly(
                        "/app",
                        "/app/one",
                        "/app/one/workers",
                        "/app/one/assign",
                        "/app/one/tasks",
                        "/app/one/master-epoch");
        assertThat(new Layout("").parents()).startsWith("/workers");
        assertThat(LAYOUT.parents()).endsWith(LAYOUT.top().toArray(String[]::new));
    }

    @Test
    void aTokenFindsItsTaskAgain() {
        String path = LAYOUT.newTask("4f3a17");

        assertThat(Layout.token(path.substring(LAYOUT.tasks().length() + 1) + "0000000012"))
                .contains("4f3a17");
        assertThat(Layout.token("task-0000000012")).isEmpty();
        assertThat(Layout.token("notes")).isEmpty();
        // Somebody's copies of the client's task.
        assertThat(Layout.token("task-4f3a17-copy")).isEmpty();
        assertThat(Layout.token("task-4f3a17-0000000012-0000000013")).isEmpty();
    }

    @Test
    void aStatusIsReadAsItWasWritten() {
        assertThat(StatusBytes.decode(StatusBytes.done(Payload.of("a\nb"))))
                .isEqualTo(new Outcome.Done(Payload.of("a\nb")));
        assertThat(StatusBytes.decode(StatusBytes.failed("why"))).isEqualTo(new Outcome.Failed("why"));
    }

    @Test
    void aStatusByHandIsUnderstood() {
        assertThat(StatusBytes.decode(bytes("done"))).isEqualTo(new Outcome.Done(Payload.EMPTY));
        assertThat(StatusBytes.decode(bytes("done\r\nall good"))).isEqualTo(new Outcome.Done(Payload.of("all good")));
    }

    @Test
    void aStatusThatMakesNoSenseIsUnknown() {
        assertThat(StatusBytes.decode(bytes("ok")).known()).isFalse();
        assertThat(StatusBytes.decode(new byte[] {(byte) 0xff, 0}).known()).isFalse();
        assertThat(StatusBytes.decode(null).known()).isFalse();
    }

    @Test
    void aReasonThatIsTooLongIsCut() {
        Outcome outcome = StatusBytes.decode(StatusBytes.failed("x".repeat(2 * Payload.LIMIT)));

        assertThat(((Outcome.Failed) outcome).reason().length()).isLessThanOrEqualTo(Payload.LIMIT);
    }

    @Test
    void aWorkerByHandHasOneSlot() {
        assertThat(WorkerLine.decode(bytes("worker1.example.com:2183")))
                .isEqualTo(new WorkerLine("worker1.example.com:2183", 1));
        assertThat(WorkerLine.decode(null).slots()).isEqualTo(1);
        assertThat(WorkerLine.decode(bytes("host slots=many")).slots()).isEqualTo(1);
        assertThat(WorkerLine.decode(bytes("slots=5 slots=2"))).isEqualTo(new WorkerLine("slots=5", 2));
    }

    @Test
    void slotsAreBounded() {
        assertThat(WorkerLine.decode(bytes("host slots=8")).slots()).isEqualTo(8);
        assertThat(WorkerLine.decode(bytes("host slots=999999999")).slots()).isEqualTo(WorkerLine.MAX_SLOTS);
        assertThat(WorkerLine.decode(bytes("host slots=99999999999")).slots()).isEqualTo(1);
    }

    @Test
    void aWorkersLineSaysHowLongItsSessionMayOutliveIt() {
        assertThat(WorkerLine.decode(new WorkerLine("host:1", 4, 10_000).encode()))
                .isEqualTo(new WorkerLine("host:1", 4, 10_000));
        assertThat(new WorkerLine("host:1", 4, 10_000).encode()).isEqualTo(bytes("host:1 slots=4 session=10000ms"));
        assertThat(WorkerLine.decode(bytes("host session=6000ms")).sessionMillis())
                .isEqualTo(6_000);
    }

    @Test
    void aWorkersLineThatDoesNotSayOrSaysNonsenseIsOfNoSessionTimeout() {
        assertThat(WorkerLine.decode(bytes("host slots=8")).sessionMillis()).isZero();
        assertThat(WorkerLine.decode(bytes("session=5ms slots=8")).sessionMillis())
                .isZero();
        assertThat(WorkerLine.decode(bytes("host session=long")).sessionMillis())
                .isZero();
        assertThat(WorkerLine.decode(bytes("host session=99999999999ms")).sessionMillis())
                .isZero();
        assertThat(WorkerLine.decode(bytes("host session=999999999ms")).sessionMillis())
                .isEqualTo(WorkerLine.MAX_SESSION_MILLIS);
    }

    @Test
    void anAssignmentSaysHowManyWorkersWereLostWithIt() {
        assertThat(AssignmentLine.encode(7, 0)).isEqualTo(bytes("7"));
        assertThat(AssignmentLine.encode(7, 2)).isEqualTo(bytes("7 lost=2"));
        assertThat(AssignmentLine.decode(AssignmentLine.encode(7, 2))).isEqualTo(new AssignmentLine("7", 2));
    }

    @Test
    void anAssignmentThatSaysNothingOrNonsenseIsOfNoLostWorker() {
        assertThat(AssignmentLine.decode(null)).isEqualTo(new AssignmentLine("", 0));
        assertThat(AssignmentLine.decode(bytes("7")).lost()).isZero();
        assertThat(AssignmentLine.decode(bytes("by hand, lost=many")).lost()).isZero();
        // The book's master writes the command there.
        assertThat(AssignmentLine.decode(bytes("replay lost=7 a.log")).lost()).isZero();
        assertThat(AssignmentLine.decode(bytes("7 lost=99999999999")).lost()).isZero();
    }

    @Test
    void aCountOfLostWorkersNeverBeginsAgain() {
        int most = AssignmentLine.decode(bytes("7 lost=999999999")).lost();

        assertThat(most).isEqualTo(AssignmentLine.MAX_LOST);
        assertThat(AssignmentLine.decode(AssignmentLine.encode(7, most + 1)).lost())
                .isEqualTo(most);
    }

    @Test
    void aClaimIsReadAsItWasWritten() {
        EpochLine line = EpochLine.of(new MasterId("m1"), "nonce");

        assertThat(EpochLine.decode(line.encode())).isEqualTo(line);
        assertThat(EpochLine.decode(bytes("by hand, long")).nonce()).isNotEqualTo("nonce");
        assertThat(EpochLine.decode(null).nonce()).isEmpty();
    }

    @Test
    void whatIsShownHasNoControlCharacters() {
        assertThat(MasterLine.decode(bytes("evil\u001b[2J\nsecond"))).isEqualTo("evil?[2J");
        assertThat(MasterLine.decode(bytes("evil\u009b2J\u2028second"))).isEqualTo("evil?2J?second");
        assertThat(List.of(MasterLine.decode(new byte[5_000]).length())).allMatch(length -> length <= 201);
    }
}
