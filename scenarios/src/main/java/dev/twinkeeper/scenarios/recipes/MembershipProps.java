package dev.twinkeeper.scenarios.recipes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipe.Problem;
import dev.twinkeeper.scenarios.lab.Hand;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.oracle.Change;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the scenarios of groups are told with. */
final class MembershipProps {
    /** For a session that is to outlive the fault. */
    static final Duration LONG_SESSION = Duration.ofSeconds(20);

    /** For a session that is soon over. */
    static final Duration SHORT_SESSION = Duration.ofSeconds(1);

    /** For a member to connect again and to have waited for its name, which it does for two session timeouts. */
    static final Duration WAITED = RecipeStage.READY.plus(SHORT_SESSION.multipliedBy(2));

    /** For what is not to come. */
    static final Duration SHORT = Duration.ofMillis(500);

    static final String A = RecipeStage.RECIPE + "/a";
    static final String B = RecipeStage.RECIPE + "/b";

    private MembershipProps() {}

    /** By somebody's hand, before anybody comes. */
    static void createGroup(Hand hand) {
        hand.createChroot();
        hand.create(RecipeStage.RECIPE, "");
    }

    static void join(Player<Membership> member, String data) {
        member.recipe().join(member.name(), bytes(data), RecipeStage.READY);
    }

    static void update(Player<Membership> member, String data) {
        member.recipe().update(bytes(data), RecipeStage.READY);
    }

    static Set<String> members(Player<Membership> onlooker) {
        return onlooker.recipe().members().keySet();
    }

    static void awaitMembers(RecipeStage stage, Player<Membership> onlooker, String... names) {
        stage.eventually(
                onlooker + " sees " + List.of(names),
                RecipeStage.READY,
                () -> members(onlooker).equals(Set.of(names)));
    }

    /** What it told, in order, as {@code joined NAME DATA}, {@code changed NAME DATA}, {@code left NAME}. */
    static List<String> told(Player<Membership> onlooker) {
        return onlooker.heard().stream().map(heard -> text(heard.what())).toList();
    }

    static String text(Happening what) {
        if (what instanceof Happening.Joined joined) {
            return "joined " + joined.member().name() + " " + text(joined.member());
        } else if (what instanceof Happening.Changed changed) {
            return "changed " + changed.member().name() + " " + text(changed.member());
        } else if (what instanceof Happening.Left left) {
            return "left " + left.member().name();
        }
        return what.toString();
    }

    static String text(Membership.Member member) {
        return new String(member.data(), StandardCharsets.UTF_8);
    }

    static void awaitTold(RecipeStage stage, Player<Membership> onlooker, String news) {
        stage.eventually(
                onlooker + " tells: " + news,
                RecipeStage.READY,
                () -> told(onlooker).contains(news));
    }

    /** Why it told that it sees nothing, or is no member any more. */
    static Problem toldWhy(Player<Membership> member, Duration bound) {
        return member.awaitHeard(Happening.Failed.class, bound).what().why().problem();
    }

    static Traffic traffic(List<Player<Membership>> players) {
        return players.stream().map(each -> each.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }

    static long ownerOfA(Hand hand) {
        return hand.stat(A).orElseThrow().getEphemeralOwner();
    }

    static long ownerOf(RecipeStage stage, Player<Membership> member) {
        try (Hand hand = stage.hand()) {
            return hand.stat(RecipeStage.RECIPE + "/" + member.name())
                    .map(stat -> stat.getEphemeralOwner())
                    .orElse(0L);
        }
    }

    static String pathOf(RecipeStage stage, String name) {
        return stage.path() + "/" + name;
    }

    static long creations(RecipeStage stage, String name) {
        return stage.commits().stream()
                .flatMap(commit -> commit.changes(Change.Create.class).stream())
                .filter(create -> create.path().endsWith(RecipeStage.RECIPE + "/" + name))
                .count();
    }

    /** Cuts it off until its session is over, and with it the ephemeral {@link #A}. */
    static void cutUntilGone(Hand hand, Player<Membership> member) {
        member.wire().cut();
        hand.awaitGone(A, RecipeStage.SUCCESSION);
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
