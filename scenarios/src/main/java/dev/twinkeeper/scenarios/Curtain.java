package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.oracle.Commit;
import dev.twinkeeper.scenarios.oracle.Judge;
import dev.twinkeeper.scenarios.oracle.Participant;
import dev.twinkeeper.scenarios.oracle.Testimony;
import dev.twinkeeper.scenarios.oracle.TransactionLog;
import dev.twinkeeper.scenarios.oracle.Violation;
import java.time.Duration;
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
 * The end of a scenario: the ensemble is whole again, the roles are closed, the logs are read, and the oracle judges.
 * What went wrong becomes one failure that tells the story.
 */
final class Curtain {
    private final Scenario scenario;
    private final Cast cast;
    private final Stage stage;

    Curtain(Scenario scenario, Cast cast, Stage stage) {
        this.scenario = scenario;
        this.cast = cast;
        this.stage = stage;
    }

    /**
     * Ends the scenario.
     *
     * @param failure what its body threw
     * @return what went wrong, the body's failure included
     */
    Optional<Throwable> fall(Optional<Throwable> failure) {
        List<Throwable> wrong = new ArrayList<>();
        failure.ifPresent(wrong::add);
        attempt(wrong, this::mend);
        List<Actor<?>> lastFirst = new ArrayList<>(stage.actors());
        Collections.reverse(lastFirst);
        lastFirst.forEach(actor -> attempt(wrong, actor::close));
        List<Commit> commits = new ArrayList<>();
        List<Violation> violations = new ArrayList<>();
        Testimony testimony = testimony();
        attempt(wrong, () -> {
            commits.addAll(read());
            violations.addAll(new Judge(stage.layout(), testimony).judge(commits));
        });
        attempt(wrong, stage::close);
        violations.addAll(late());
        return wrong.isEmpty() && violations.isEmpty()
                ? Optional.empty()
                : Optional.of(failure(wrong, violations, commits, testimony));
    }

    private static void attempt(List<Throwable> wrong, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | AssertionError e) {
            wrong.add(e);
        }
    }

    private void mend() {
        stage.actors().forEach(Actor::mend);
        if (scenario.faultsEnsemble()) {
            stage.ensemble().restore();
        }
    }

    /** All that was committed on this stage, up to a fresh mark. */
    private List<Commit> read() {
        try (Hand marker = new Hand(stage.ensemble().connectString(), stage.layout())) {
            long mark = marker.mark();
            return new TransactionLog(
                            stage.ensemble().transactionLogs(), stage.layout().root())
                    .read(stage.beginZxid(), mark);
        }
    }

    private Testimony testimony() {
        Map<Long, Participant> sessions = new HashMap<>();
        Set<Long> closed = new HashSet<>();
        List<Testimony.Registration> registrations = new ArrayList<>();
        for (Actor<?> actor : stage.actors()) {
            actor.wire().sessions().forEach(session -> sessions.put(session, actor.participant()));
            actor.closedSession().ifPresent(closed::add);
            actor.events(Event.Registered.class)
                    .forEach(heard -> registrations.add(new Testimony.Registration(
                            heard.event().worker(), heard.event().session())));
        }
        List<Hand> hands = stage.hands();
        for (int i = 0; i < hands.size(); i++) {
            String name = "hand" + (i + 1);
            sessions.put(hands.get(i).session(), new Participant(name, Participant.Kind.HAND, name));
        }
        List<Testimony.Submit> submits = new ArrayList<>();
        List<Testimony.Report> reports = new ArrayList<>();
        Set<TaskId> collects = new HashSet<>();
        for (Recorder recorder : stage.recorders()) {
            submits.addAll(recorder.submits());
            reports.addAll(recorder.reports());
            collects.addAll(recorder.collects());
        }
        return new Testimony(sessions, submits, reports, collects, registrations, closed, retention());
    }

    private Duration retention() {
        return stage.actors().stream()
                .map(Actor::settings)
                .map(Settings::retention)
                .min(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    /** R4: nothing is called back after close has returned. */
    private List<Violation> late() {
        return stage.actors().stream()
                .flatMap(actor -> actor.late().stream())
                .map(heard -> new Violation(
                        Rule.R4, -1, heard.actor() + " told " + heard.event() + " after it was closed", List.of()))
                .toList();
    }

    private static Stream<Heard<Event>> labelled(Actor<?> actor) {
        String label = actor.participant().toString();
        return actor.events().stream().map(heard -> new Heard<>(heard.at(), label, heard.event()));
    }

    private AssertionError failure(
            List<Throwable> wrong, List<Violation> violations, List<Commit> commits, Testimony testimony) {
        Story story = new Story(stage.begin(), stage.layout().root(), testimony);
        List<Heard<Event>> events = stage.actors().stream()
                .flatMap(Curtain::labelled)
                .sorted(Comparator.comparing(Heard::at))
                .toList();
        StringBuilder text = new StringBuilder();
        text.append(scenario.sentence()).append(" [").append(cast.name()).append("]\n");
        violations.forEach(violation -> text.append("\nBroken: ").append(story.tell(violation)));
        wrong.forEach(
                each -> text.append("\nFailed: ").append(each.getMessage()).append('\n'));
        text.append("\nWhat the roles told and what the servers committed, the last of it:\n")
                .append(story.tell(events, commits))
                .append("\n\nOnce more: ./twinkeeper compare --impl ")
                .append(cast.name())
                .append(" --scenario '")
                .append(scenario.id())
                .append("', or the suite with -D")
                .append(CoordinationSuite.CHOICE)
                .append("='")
                .append(scenario.id())
                .append("'\n");
        Set<Rule> broken = violations.stream().map(Violation::rule).collect(Collectors.toSet());
        AssertionError failure = new ScenarioFailure(text.toString(), wrong.isEmpty() ? null : wrong.get(0), broken);
        wrong.stream().skip(1).forEach(failure::addSuppressed);
        return failure;
    }
}
