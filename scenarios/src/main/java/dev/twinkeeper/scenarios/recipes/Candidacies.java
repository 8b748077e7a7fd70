package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.TimedEvent;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.checker.Commit;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Which candidate had a znode in the queue, from when to when: by the servers' logs, whatever the candidates say. */
final class Candidacies {
    private static final Pattern CANDIDATE = Pattern.compile(".*(latch|lock)-[0-9]{10}");

    /** A znode of a candidate; {@code gone} is the zxid of its end, {@link Long#MAX_VALUE} where it is there still. */
    record Candidacy(String candidate, long session, long created, long gone, Instant end) {
        private Candidacy endedBy(Commit commit) {
            return new Candidacy(candidate, session, created, commit.zxid(), commit.time());
        }
    }

    private final List<Candidacy> all;
    private final List<TestParticipant<?>> participants;

    private Candidacies(List<Candidacy> all, List<TestParticipant<?>> participants) {
        this.all = all;
        this.participants = participants;
    }

    /** Those of this scenario so far. */
    static Candidacies on(ScenarioContext context) {
        Map<String, Candidacy> byPath = new LinkedHashMap<>();
        for (Commit commit : context.commits()) {
            for (Change change : commit.changes()) {
                if (change instanceof Change.Create create
                        && create.ephemeral()
                        && isCandidate(context, create.path())) {
                    String name = new String(create.data().bytes(), StandardCharsets.UTF_8);
                    byPath.put(
                            create.path(),
                            new Candidacy(name, commit.session(), commit.zxid(), Long.MAX_VALUE, Instant.MAX));
                } else if (change instanceof Change.Delete delete) {
                    byPath.computeIfPresent(delete.path(), (path, ended) -> ended.endedBy(commit));
                } else if (change instanceof Change.SessionClosed closed) {
                    closed.paths()
                            .forEach(gone -> byPath.computeIfPresent(gone, (path, ended) -> ended.endedBy(commit)));
                }
            }
        }
        return new Candidacies(List.copyOf(byPath.values()), context.participants());
    }

    private static boolean isCandidate(ScenarioContext context, String path) {
        return path.startsWith(context.path() + "/")
                && CANDIDATE
                        .matcher(path.substring(context.path().length() + 1))
                        .matches();
    }

    /** Those of one candidate, in their order. */
    List<Candidacy> of(TestParticipant<Election> participant) {
        return all.stream()
                .filter(each -> each.candidate().equals(participant.name()))
                .toList();
    }

    /** E1, E3 and the order of telling, for all that was told so far. */
    void check() {
        for (TestParticipant<?> participant : participants) {
            List<TimedEvent<Object>> open = new ArrayList<>();
            for (TimedEvent<Object> timed : participant.events()) {
                if (timed.event() instanceof RecipeEvent.Elected elected) {
                    assertThat(open).as("[E2] %s: elected twice", participant).isEmpty();
                    check(participant, elected.term(), timed.at());
                    open.add(timed);
                } else if (timed.event() instanceof RecipeEvent.Deposed deposed) {
                    assertThat(open)
                            .as("[E2] %s: deposed without a term", participant)
                            .hasSize(1);
                    assertThat(open.remove(0).event()).isEqualTo(new RecipeEvent.Elected(deposed.term()));
                }
            }
        }
    }

    private void check(TestParticipant<?> participant, Election.Term term, Instant elected) {
        assertThat(term.leader()).as("[E3] the leader of its own term").isEqualTo(participant.name());
        assertThat(all)
                .as("[E3] the token of %s is the zxid of its znode", participant)
                .anyMatch(each -> each.created() == term.token()
                        && each.candidate().equals(participant.name())
                        && participant.wire().sessions().contains(each.session()));
        assertThat(all.stream()
                        .filter(each ->
                                each.created() < term.token() && each.end().isAfter(elected)))
                .as("[E1] znodes before that of %s when it was elected at %s", participant, elected)
                .isEmpty();
    }
}
