package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.checker.Checker;
import dev.twinkeeper.scenarios.checker.Commit;
import dev.twinkeeper.scenarios.checker.Observations;
import dev.twinkeeper.scenarios.checker.SessionOwner;
import dev.twinkeeper.scenarios.checker.Violation;
import dev.twinkeeper.scenarios.events.Recording;
import dev.twinkeeper.scenarios.lab.Operator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The end of a scenario: the ensemble is whole again, all participants are closed, the logs are read, and the checker
 * looks for violations. What went wrong becomes one failure that says what happened.
 */
final class Teardown {
    private final Scenario scenario;
    private final Implementations implementations;
    private final ScenarioContext context;

    Teardown(ScenarioContext context) {
        this.scenario = context.scenario();
        this.implementations = context.implementations();
        this.context = context;
    }

    /**
     * Ends the scenario.
     *
     * @param failure what its body threw
     * @return what went wrong, the body's failure included
     */
    Optional<Throwable> end(Optional<Throwable> failure) {
        List<Throwable> wrong = new ArrayList<>();
        failure.ifPresent(wrong::add);
        attempt(wrong, this::mend);
        List<TestParticipant<?>> lastFirst = new ArrayList<>(context.participants());
        Collections.reverse(lastFirst);
        lastFirst.forEach(participant -> attempt(wrong, participant::close));
        List<Commit> commits = new ArrayList<>();
        List<Violation> violations = new ArrayList<>();
        Observations observations = observations();
        attempt(wrong, () -> {
            commits.addAll(context.commits());
            violations.addAll(new Checker(context.layout(), observations).check(commits));
        });
        attempt(wrong, context::close);
        record(commits);
        violations.addAll(late());
        return wrong.isEmpty() && violations.isEmpty()
                ? Optional.empty()
                : Optional.of(failure(wrong, violations, commits, observations));
    }

    /** Records what happened, for a sequence diagram. */
    private void record(List<Commit> commits) {
        Recording recording = context.recording();
        if (recording.isWanted()) {
            context.participants().stream()
                    .flatMap(Teardown::labelled)
                    .forEach(timed -> recording.told(
                            timed.at(), timed.participant(), timed.event().toString()));
            commits.forEach(commit -> recording.committed(
                    commit.time(), commit.zxid(), commit.changes().toString()));
            recording.end();
        }
    }

    private static void attempt(List<Throwable> wrong, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | AssertionError e) {
            wrong.add(e);
        }
    }

    private void mend() {
        context.participants().forEach(TestParticipant::mend);
        if (scenario.faultsEnsemble()) {
            context.ensemble().restore();
        }
    }

    private Observations observations() {
        Map<Long, SessionOwner> sessions = new HashMap<>();
        Set<Long> closed = new HashSet<>();
        List<Observations.Registration> registrations = new ArrayList<>();
        for (TestParticipant<?> participant : context.participants()) {
            participant.wire().sessions().forEach(session -> sessions.put(session, participant.owner()));
            closed.addAll(participant.over());
            participant
                    .events(Event.Registered.class)
                    .forEach(timed -> registrations.add(new Observations.Registration(
                            timed.event().worker(), timed.event().session())));
        }
        List<Operator> operators = context.operators();
        for (int i = 0; i < operators.size(); i++) {
            String name = "operator" + (i + 1);
            sessions.put(operators.get(i).session(), new SessionOwner(name, SessionOwner.Kind.OPERATOR, name));
        }
        List<Observations.Submit> submits = new ArrayList<>();
        List<Observations.Reported> reports = new ArrayList<>();
        Set<TaskId> collects = new HashSet<>();
        for (RecordingClient recorder : context.recorders()) {
            submits.addAll(recorder.submits());
            reports.addAll(recorder.reports());
            collects.addAll(recorder.collects());
        }
        return new Observations(sessions, submits, reports, collects, registrations, closed, context.retention());
    }

    /** Nothing is called back after close has returned: R4 of a role, X3 of a recipe. */
    private List<Violation> late() {
        return context.participants().stream()
                .flatMap(participant -> participant.late().stream().map(timed -> late(participant, timed)))
                .toList();
    }

    private static Violation late(TestParticipant<?> participant, TimedEvent<Object> timed) {
        Rule rule = participant.owner().is(SessionOwner.Kind.RECIPE) ? Rule.X3 : Rule.R4;
        return Violation.of(rule, -1, participant + " told after it was closed: " + timed.event(), List.of());
    }

    private static Stream<TimedEvent<Object>> labelled(TestParticipant<?> participant) {
        String label = participant.owner().toString();
        return participant.events().stream().map(timed -> new TimedEvent<>(timed.at(), label, timed.event()));
    }

    /** An assertion says all by its message; of anything else the class matters too. */
    private static String describe(Throwable wrong) {
        return wrong instanceof AssertionError ? wrong.getMessage() : wrong.toString();
    }

    private AssertionError failure(
            List<Throwable> wrong, List<Violation> violations, List<Commit> commits, Observations observations) {
        FailureReport report =
                new FailureReport(context.begin(), context.layout().root(), observations);
        List<TimedEvent<Object>> events = context.participants().stream()
                .flatMap(Teardown::labelled)
                .sorted(Comparator.comparing(TimedEvent::at))
                .toList();
        StringBuilder text = new StringBuilder();
        text.append(scenario.sentence())
                .append(" [")
                .append(implementations.name())
                .append("]\n");
        violations.forEach(violation -> text.append("\nBroken: ").append(report.tell(violation)));
        wrong.forEach(each -> text.append("\nFailed: ").append(describe(each)).append('\n'));
        text.append("\nWhat the participants told and what the servers committed, the last of it:\n")
                .append(report.tell(events, commits))
                .append("\n\nOnce more: ./twinkeeper compare --impl ")
                .append(implementations.name())
                .append(" --scenario '")
                .append(scenario.id())
                .append("', or the suite with -D")
                .append(CoordinationSuite.CHOICE)
                .append("='")
                .append(scenario.id())
                .append("'\n");
        Stream<Rule> elsewhere = wrong.stream()
                .filter(ScenarioFailure.class::isInstance)
                .flatMap(each -> ((ScenarioFailure) each).broken().stream());
        Set<Rule> broken = Stream.concat(elsewhere, violations.stream().flatMap(violation -> violation.rule().stream()))
                .collect(Collectors.toSet());
        AssertionError failure = new ScenarioFailure(text.toString(), wrong.isEmpty() ? null : wrong.get(0), broken);
        wrong.stream().skip(1).forEach(failure::addSuppressed);
        return failure;
    }
}
