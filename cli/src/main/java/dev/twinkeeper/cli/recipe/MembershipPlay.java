package dev.twinkeeper.cli.recipe;

import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** A group of web servers and a dashboard that looks on: a crash, a namesake, and what happens in a gap. */
final class MembershipPlay implements Play {
    private static final String DASHBOARD = "dashboard";

    /** How long the namesake asks: less than a session timeout, so that nobody has to wait for long. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    @Override
    public String title() {
        return "group membership: who is there, and who is there again";
    }

    @Override
    public void play(Theatre theatre) {
        theatre.shortSession("web-3");
        Membership dashboard = member(theatre, DASHBOARD, true);
        Membership one = member(theatre, "web-1", false);
        Membership two = member(theatre, "web-2", false);
        Membership three = member(theatre, "web-3", false);

        theatre.scene("Three join: each makes an ephemeral of its own name");
        join(theatre, "web-1", one, "10.0.0.1:80");
        join(theatre, "web-2", two, "10.0.0.2:80");
        join(theatre, "web-3", three, "10.0.0.3:80");
        seen(theatre, dashboard, "web-1", "web-2", "web-3");
        theatre.tree();
        theatre.tell("web-2", "has other data from now on: one setData, one notification for each onlooker");
        two.update(bytes("draining"), Theatre.AT_ONCE);
        theatre.until(
                "the dashboard has it",
                Theatre.AT_ONCE,
                () -> text(dashboard.members().get("web-2")).equals("draining"));

        theatre.scene("One is cut off: it is a member until its session ends");
        theatre.cut("web-3");
        theatre.tell(DASHBOARD, "still sees " + names(dashboard) + ": a member that is seen need not be alive");
        theatre.until(
                "its session ends", Theatre.SUCCESSION, () -> names(dashboard).equals(Set.of("web-1", "web-2")));

        theatre.scene("A namesake: whose a znode is, its ephemeralOwner says");
        namesake(theatre);

        theatre.scene("A gap: the dashboard is cut off when an operator deletes a member");
        theatre.cut(DASHBOARD);
        long before = created(theatre, "web-1");
        theatre.tell("operator", "delete " + theatre.path() + "/web-1");
        theatre.operator().delete(theatre.path() + "/web-1");
        theatre.until("web-1 has joined again", Theatre.AT_ONCE, () -> created(theatre, "web-1") > before);
        theatre.tell("web-1", "its session lives: it has joined again by itself, with the same name, data and version");
        theatre.mend(DASHBOARD);
        theatre.until(
                "the dashboard makes up for it",
                Theatre.AT_ONCE,
                () -> dashboard.members().values().stream()
                        .anyMatch(each -> each.name().equals("web-1") && each.since() > before));
        theatre.tell(DASHBOARD, "no watch told it: it listed again, and the creation zxid is another");

        theatre.scene("The lost one is back: expiry is only heard on reconnecting");
        theatre.mend("web-3");
        theatre.until(
                "web-3 has joined again",
                Theatre.SUCCESSION,
                () -> names(dashboard).equals(Set.of("web-1", "web-2", "web-3")));
        theatre.tell("web-3", "a new session, so a new ephemeral: it has joined again by itself");
        theatre.tree();

        theatre.scene("They leave");
        theatre.tell("web-1", "leaves: its ephemeral is deleted");
        one.leave(Theatre.AT_ONCE);
        theatre.tell("web-2", "closes: its session ends, and its ephemeral with it");
        two.close();
        seen(theatre, dashboard, "web-3");
    }

    private static void namesake(Theatre theatre) {
        long before = created(theatre, "web-1");
        Membership another = member(theatre, "another", false);
        theatre.tell("another", "joins as web-1 too, and has one second of patience");
        try {
            another.join("web-1", bytes("10.6.6.6:80"), SHORT);
            throw new AssertionError("it was let in");
        } catch (Recipe.Failure refused) {
            theatre.tell("another", "is refused: " + refused.problem() + ", and web-1 is untouched");
        }
        another.close();
        if (created(theatre, "web-1") != before) {
            throw new AssertionError("the znode of web-1 is another one");
        }
    }

    private static Membership member(Theatre theatre, String who, boolean tells) {
        return theatre.cast(theatre.recipes().membership(theatre.place(who), new Membership.Listener() {
            @Override
            public void joined(Membership.Member member) {
                tell("+ " + member.name() + " joined: " + text(member));
            }

            @Override
            public void changed(Membership.Member member) {
                tell("~ " + member.name() + " changed: " + text(member));
            }

            @Override
            public void left(Membership.Member member) {
                tell("- " + member.name() + " left");
            }

            @Override
            public void failed(Recipe.Failure why) {
                theatre.tell(who, "fails: " + why.getMessage());
            }

            private void tell(String news) {
                if (tells) {
                    theatre.tell(who, news);
                }
            }
        }));
    }

    private static void join(Theatre theatre, String who, Membership member, String data) {
        member.join(who, bytes(data), Theatre.SUCCESSION);
        theatre.tell(who, "has joined");
    }

    private static void seen(Theatre theatre, Membership dashboard, String... names) {
        theatre.until(
                "the dashboard sees them",
                Theatre.AT_ONCE,
                () -> names(dashboard).equals(Set.of(names)));
    }

    private static long created(Theatre theatre, String member) {
        return theatre.operator()
                .stat(theatre.path() + "/" + member)
                .map(stat -> stat.getCzxid())
                .orElse(-1L);
    }

    private static Set<String> names(Membership onlooker) {
        return onlooker.members().keySet();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Membership.Member member) {
        return new String(member.data(), StandardCharsets.UTF_8);
    }
}
