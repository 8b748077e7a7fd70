package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.RecipeEvent;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.TestParticipant;
import dev.twinkeeper.scenarios.checker.Change;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the scenarios of groups are told with. */
final class MembershipFixtures {
    /** For a session that is to outlive the fault. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    /** For a session that is soon over. */
    static final Duration SHORT_SESSION = Duration.ofSeconds(1);

    /** For a member to connect again and to have waited for its name, which it does for two session timeouts. */
    static final Duration WAITED = ScenarioContext.READY.plus(SHORT_SESSION.multipliedBy(2));

    /** For what is not to come. */
    static final Duration SHORT = Duration.ofMillis(500);

    static final String A = ScenarioContext.RECIPE + "/a";
    static final String B = ScenarioContext.RECIPE + "/b";

    private MembershipFixtures() {}

    /** By an operator, before anybody comes. */
    static void createGroup(Operator operator) {
        operator.createChroot();
        operator.create(ScenarioContext.RECIPE, "");
    }

    static void join(TestParticipant<Membership> member, String data) {
        member.role().join(member.name(), bytes(data), ScenarioContext.READY);
    }

    static void update(TestParticipant<Membership> member, String data) {
        member.role().update(bytes(data), ScenarioContext.READY);
    }

    static Set<String> members(TestParticipant<Membership> onlooker) {
        return onlooker.role().members().keySet();
    }

    static void awaitMembers(ScenarioContext context, TestParticipant<Membership> onlooker, String... names) {
        context.eventually(
                onlooker + " sees " + List.of(names),
                ScenarioContext.READY,
                () -> members(onlooker).equals(Set.of(names)));
    }

    /** What it told, in order, as {@code joined NAME DATA}, {@code changed NAME DATA}, {@code left NAME}. */
    static List<String> told(TestParticipant<Membership> onlooker) {
        return onlooker.events().stream().map(timed -> text(timed.event())).toList();
    }

    static String text(Object what) {
        if (what instanceof RecipeEvent.Joined joined) {
            return "joined " + joined.member().name() + " " + text(joined.member());
        } else if (what instanceof RecipeEvent.Changed changed) {
            return "changed " + changed.member().name() + " " + text(changed.member());
        } else if (what instanceof RecipeEvent.Left left) {
            return "left " + left.member().name();
        }
        return what.toString();
    }

    static String text(Membership.Member member) {
        return new String(member.data(), StandardCharsets.UTF_8);
    }

    static void awaitTold(ScenarioContext context, TestParticipant<Membership> onlooker, String news) {
        context.eventually(
                onlooker + " tells: " + news,
                ScenarioContext.READY,
                () -> told(onlooker).contains(news));
    }

    /** Why it told that it sees nothing, or is no member any more. */
    static Problem toldWhy(TestParticipant<Membership> member, Duration bound) {
        return member.awaitEvent(RecipeEvent.Failed.class, bound).event().why().problem();
    }

    static Traffic traffic(List<TestParticipant<Membership>> participants) {
        return participants.stream().map(each -> each.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    static long ownerOfA(Operator operator) {
        return operator.stat(A).orElseThrow().getEphemeralOwner();
    }

    static long ownerOf(ScenarioContext context, TestParticipant<Membership> member) {
        try (Operator operator = context.operator()) {
            return operator.stat(ScenarioContext.RECIPE + "/" + member.name())
                    .map(stat -> stat.getEphemeralOwner())
                    .orElse(0L);
        }
    }

    static String pathOf(ScenarioContext context, String name) {
        return context.path() + "/" + name;
    }

    static long creations(ScenarioContext context, String name) {
        return context.commits().stream()
                .flatMap(commit -> commit.changes(Change.Create.class).stream())
                .filter(create -> create.path().endsWith(ScenarioContext.RECIPE + "/" + name))
                .count();
    }

    /** Cuts it off until its session is over, and with it the ephemeral {@link #A}. */
    static void cutUntilGone(Operator operator, TestParticipant<Membership> member) {
        member.wire().cut();
        operator.awaitGone(A, ScenarioContext.SUCCESSION);
    }

    static Problem problem(ThrowingCallable call) {
        Recipe.Failure failure = catchThrowableOfType(Recipe.Failure.class, call);
        assertThat(failure).as("a refusal").isNotNull();
        return failure.problem();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
