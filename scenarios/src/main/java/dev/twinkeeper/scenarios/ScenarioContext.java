package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Outcome;
import dev.twinkeeper.contract.Payload;
import dev.twinkeeper.contract.Role;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.Task;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.checker.SessionOwner;
import dev.twinkeeper.scenarios.checker.TransactionLog;
import dev.twinkeeper.scenarios.events.Recording;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What a scenario works with: a chroot of its own below an ensemble that may be shared, roles and recipes of the
 * {@link Implementations}, each on its own wire, and operators at zkCli. When the scenario is over, all are closed and
 * the checker checks all safety rules on the servers' transaction logs, whatever the scenario was about.
 *
 * <p>Used by the thread of the scenario only, but for the handlers of workers, which may ask it for nothing.
 */
public final class ScenarioContext implements AutoCloseable {
    /** The session timeout of all roles, unless a scenario changes it. */
    public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(2);

    /** L1: a reign follows another within this, however the first one ended. */
    public static final Duration SUCCESSION = SESSION_TIMEOUT.plusSeconds(2);

    /** L1: "at once", after an orderly close. Whoever goes in such a scenario has a session several times as long. */
    public static final Duration AT_ONCE = Duration.ofSeconds(5);

    /** For a role to get ready, or for a task to be assigned or completed, when nothing is wrong. */
    public static final Duration READY = Duration.ofSeconds(10);

    /** For a task's outcome when something is wrong: a lost worker, then a lost master, then the work itself. */
    public static final Duration OUTCOME = Duration.ofSeconds(20);

    /** L5: for everything to go on after the ensemble was lost: an election, new connections, a succession. */
    public static final Duration RECOVERY = Duration.ofSeconds(30);

    /** Where a recipe stands, for an {@link Operator}. */
    public static final String RECIPE = "/recipe";

    private static final AtomicInteger contexts = new AtomicInteger();

    private final Scenario scenario;
    private final Implementations implementations;
    private final Ensemble ensemble;
    private final Layout layout;
    private final List<TestParticipant<?>> participants = new ArrayList<>();
    private final List<Operator> operators = new ArrayList<>();
    private final List<RecordingClient> recorders = new ArrayList<>();
    private final Map<String, Duration> measures = new LinkedHashMap<>();
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private final Instant begin = Instant.now();
    private final long beginZxid;
    private final Recording recording;
    private Consumer<Wire> nextWire = untouched -> {};
    private Duration sessionTimeout = SESSION_TIMEOUT;
    private Duration retention = Duration.ZERO;
    private int masters;
    private int workers;
    private int clients;

    ScenarioContext(Scenario scenario, Implementations implementations, Ensemble ensemble) {
        this.scenario = scenario;
        this.implementations = implementations;
        this.ensemble = ensemble;
        this.layout = new Layout("/scenarios/" + contexts.incrementAndGet() + "/" + scenario.name());
        this.beginZxid = ensemble.lastZxid();
        this.recording = Recording.begin(scenario.id(), implementations.name(), layout.root());
    }

    /** The same scenario on that ensemble too, in a chroot of its own: see {@link SecondEnsemble}. */
    ScenarioContext on(Ensemble other) {
        return new ScenarioContext(scenario, implementations, other);
    }

    public TestParticipant<Master> master(String id) {
        return master(id, settings -> settings);
    }

    public TestParticipant<Master> master(String id, UnaryOperator<Settings> change) {
        Coordination by = implementations.master(masters++);
        return role(
                id,
                SessionOwner.Kind.MASTER,
                change,
                (settings, eventLog) -> by.master(new MasterId(id), settings, eventLog));
    }

    /** A worker that gives the command back as the result. */
    public TestParticipant<Worker> worker(String id) {
        return worker(id, Task::command);
    }

    public TestParticipant<Worker> worker(String id, TaskHandler handler) {
        return worker(id, handler, settings -> settings);
    }

    public TestParticipant<Worker> worker(String id, TaskHandler handler, UnaryOperator<Settings> change) {
        Coordination by = implementations.worker(workers++);
        return role(
                id,
                SessionOwner.Kind.WORKER,
                change,
                (settings, eventLog) -> by.worker(new WorkerId(id), settings, handler, eventLog));
    }

    public TestParticipant<Client> client(String id) {
        return client(id, settings -> settings);
    }

    public TestParticipant<Client> client(String id, UnaryOperator<Settings> change) {
        Coordination by = implementations.client(clients++);
        return role(
                id, SessionOwner.Kind.CLIENT, change, (settings, eventLog) -> recorded(by.client(settings, eventLog)));
    }

    private Client recorded(Client client) {
        RecordingClient recorder = new RecordingClient(client);
        recorders.add(recorder);
        return recorder;
    }

    private interface Part<R extends Role> {
        R take(Settings settings, Listener listener);
    }

    private <R extends Role> TestParticipant<R> role(
            String id, SessionOwner.Kind kind, UnaryOperator<Settings> change, Part<R> part) {
        return participant(id, kind, (wire, eventLog) -> {
            Settings settings = change.apply(Settings.connect(wire.connectString() + layout.root())
                    .withSessionTimeout(sessionTimeout)
                    .withAddress(id.replace(' ', '-') + "@localhost"));
            boolean shortest = retention.isZero() || settings.retention().compareTo(retention) < 0;
            retention = shortest ? settings.retention() : retention;
            return part.take(settings, eventLog);
        });
    }

    public TestParticipant<Election> candidate(String name) {
        return recipe(name, (by, place, log) -> by.election(place, name, RecipeListeners.election(log)));
    }

    public TestParticipant<Membership> member(String name) {
        return recipe(name, (by, place, log) -> by.membership(place, RecipeListeners.membership(log)));
    }

    public TestParticipant<Configuration> reader(String name) {
        return recipe(name, (by, place, log) -> by.configuration(place, RecipeListeners.configuration(log)));
    }

    public TestParticipant<Lock> contender(String name) {
        return recipe(name, (by, place, log) -> by.lock(place));
    }

    public TestParticipant<Barrier> barrier(String name, int members) {
        return recipe(name, (by, place, log) -> by.barrier(place, name, members));
    }

    public TestParticipant<Queue> queue(String name, int capacity) {
        return recipe(name, (by, place, log) -> by.queue(place, capacity));
    }

    private interface RecipePart<R extends Recipe> {
        R take(Recipes by, Recipe.Place place, EventLog log);
    }

    private <R extends Recipe> TestParticipant<R> recipe(String name, RecipePart<R> part) {
        Recipes by = implementations.recipes(participants.size());
        return participant(name, SessionOwner.Kind.RECIPE, (wire, eventLog) -> {
            Recipe.Place place = new Recipe.Place(wire.connectString(), sessionTimeout, path());
            return part.take(by, place, eventLog);
        });
    }

    /** The side whose recipe the n-th participant uses: for scenarios of bad input, which make their own. */
    public Recipes recipes(int n) {
        return implementations.recipes(n);
    }

    /** Does this to the wire of the next participant before it is made: for faults of its first requests. */
    public void prepareWire(Consumer<Wire> preparation) {
        nextWire = preparation;
    }

    /** The session timeout of all participants to come. */
    public void sessionTimeout(Duration timeout) {
        sessionTimeout = timeout;
    }

    private <R extends AutoCloseable> TestParticipant<R> participant(
            String name, SessionOwner.Kind kind, BiFunction<Wire, EventLog, R> part) {
        Wire wire = new Wire(ensemble);
        wire.emitTo(recording.stream(), label(name));
        nextWire.accept(wire);
        nextWire = untouched -> {};
        EventLog eventLog = new EventLog(name);
        SessionOwner owner = new SessionOwner(label(name), kind, name);
        TestParticipant<R> participant =
                new TestParticipant<>(owner, part.apply(wire, eventLog), wire, eventLog, ensemble);
        participants.add(participant);
        return participant;
    }

    /** Two of the same id are one scenario's point, and are told apart in its report. */
    private String label(String id) {
        long namesakes = participants.stream()
                .filter(participant -> participant.name().equals(id))
                .count();
        return namesakes == 0 ? id : id + "#" + (namesakes + 1);
    }

    /** A person at zkCli, with a session of its own. */
    public Operator operator() {
        return operator(ensemble.followersConnectString());
    }

    /**
     * The same, connected to the leader, for who changes permissions: it checks a write against the old ones until it has
     * applied the change itself, and a follower may have answered before that.
     */
    public Operator operatorAtLeader() {
        return operator(ensemble.leader().address());
    }

    private Operator operator(String servers) {
        Operator operator = new Operator(servers, layout);
        operators.add(operator);
        return operator;
    }

    /** Where everything stands, chroot included. A {@link Operator} takes paths without the chroot. */
    public Layout layout() {
        return layout;
    }

    /** Where a recipe stands, whole. */
    public String path() {
        return layout.root() + RECIPE;
    }

    /** All that was committed in this scenario so far, as the servers' logs have it. */
    public List<Commit> commits() {
        try (Operator marker = new Operator(ensemble.connectString(), layout)) {
            long mark = marker.mark();
            return new TransactionLog(ensemble.transactionLogs(), layout.root()).read(beginZxid, mark);
        }
    }

    /** The servers: to be faulted only by scenarios that say {@link FaultsEnsemble}. */
    public Ensemble ensemble() {
        return ensemble;
    }

    // Asking and waiting.

    /** Submits a command and waits for the acknowledgement. */
    public TaskId submit(TestParticipant<Client> client, String command) {
        return await("submit of " + command, client.role().submit(Payload.of(command)), READY);
    }

    /** Submits many at once and waits for all acknowledgements. */
    public List<TaskId> submitAll(TestParticipant<Client> client, List<String> commands) {
        return client.role().submitAll(commands.stream().map(Payload::of).toList()).stream()
                .map(each -> await("one of " + commands.size() + " submits", each, OUTCOME))
                .toList();
    }

    /** Waits for a task's outcome. */
    public Outcome outcome(TestParticipant<Client> client, TaskId task) {
        return await("outcome of " + task, client.role().outcome(task, OUTCOME), OUTCOME.plus(READY));
    }

    /** Waits for an answer that is expected to complete well. */
    public static <T> T await(String what, CompletionStage<T> coming, Duration bound) {
        return BoundedWait.result(what, coming, bound);
    }

    /** Liveness: waits until the condition holds, no longer than the rule allows. */
    public void eventually(String what, Duration bound, Callable<Boolean> condition) {
        BoundedWait.until(what, bound, condition);
    }

    /** Liveness, for a condition that asserts. */
    public void eventuallyAsserted(String what, Duration bound, BoundedWait.Assertion assertion) {
        BoundedWait.untilAsserted(what, bound, assertion);
    }

    /** Watches for that time that the condition holds: for what must not happen. */
    public void throughout(String what, Duration time, Callable<Boolean> condition) {
        BoundedWait.throughout(what, time, condition);
    }

    /** Takes down a time for the comparison, by the kind of fault: {@code failover, orderly close}. */
    public void measure(String name, Duration time) {
        measures.put(name, time);
    }

    /** Waits until nobody asks the servers for anything any more: then all that was to be watched is. Returns the traffic. */
    public Traffic settle() {
        return Quiet.awaitIt(this::traffic, READY);
    }

    /** What all wires together carried. */
    public Traffic traffic() {
        return participants.stream().map(TestParticipant::traffic).reduce(Traffic.NONE, Traffic::plus);
    }

    /** Takes down a number that was counted on the wire, such as the requests of an acquire. */
    public void count(String name, long number) {
        counts.put(name, number);
    }

    Map<String, Long> counts() {
        return counts;
    }

    Map<String, Duration> measures() {
        return measures;
    }

    /** All participants so far. */
    public List<TestParticipant<?>> participants() {
        return List.copyOf(participants);
    }

    Scenario scenario() {
        return scenario;
    }

    Implementations implementations() {
        return implementations;
    }

    List<Operator> operators() {
        return List.copyOf(operators);
    }

    List<RecordingClient> recorders() {
        return List.copyOf(recorders);
    }

    Recording recording() {
        return recording;
    }

    Instant begin() {
        return begin;
    }

    /** The shortest that any role was told; zero where there is none. */
    Duration retention() {
        return retention;
    }

    /** Ends the people and the wires; the roles were closed before, see {@link Teardown}. */
    @Override
    public void close() {
        operators.forEach(Operator::close);
        participants.forEach(participant -> participant.wire().close());
    }
}
