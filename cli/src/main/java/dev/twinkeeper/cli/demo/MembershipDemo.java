package dev.twinkeeper.cli.demo;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** A group of web servers and a dashboard that looks on: a crash, a namesake, and what happens in a gap. */
final class MembershipDemo implements Demo {
    private static final String DASHBOARD = "dashboard";

    /** How long the namesake asks: less than a session timeout, so that nobody has to wait for long. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    @Override
    public String title() {
        return "group membership: who is there, and who is there again";
    }

    @Override
    public void run(DemoContext context) {
        context.shortSession("web-3");
        Membership dashboard = member(context, DASHBOARD, true);
        Membership one = member(context, "web-1", false);
        Membership two = member(context, "web-2", false);
        Membership three = member(context, "web-3", false);

        context.heading("Three join: each makes an ephemeral of its own name");
        join(context, "web-1", one, "10.0.0.1:80");
        join(context, "web-2", two, "10.0.0.2:80");
        join(context, "web-3", three, "10.0.0.3:80");
        seen(context, dashboard, "web-1", "web-2", "web-3");
        context.tree();
        context.tell("web-2", "has other data from now on: one setData, one notification for each onlooker");
        two.update(bytes("draining"), DemoContext.AT_ONCE);
        context.until(
                "the dashboard has it",
                DemoContext.AT_ONCE,
                () -> text(dashboard.members().get("web-2")).equals("draining"));

        context.heading("One is cut off: it is a member until its session ends");
        context.cut("web-3");
        context.tell(DASHBOARD, "still sees " + names(dashboard) + ": a member that is seen need not be alive");
        context.until(
                "its session ends",
                DemoContext.SUCCESSION,
                () -> names(dashboard).equals(Set.of("web-1", "web-2")));

        context.heading("A namesake: whose a znode is, its ephemeralOwner says");
        namesake(context);

        context.heading("A gap: the dashboard is cut off when an operator deletes a member");
        context.cut(DASHBOARD);
        long before = created(context, "web-1");
        context.tell("operator", "delete " + context.path() + "/web-1");
        context.operator().delete(context.path() + "/web-1");
        context.until("web-1 has joined again", DemoContext.AT_ONCE, () -> created(context, "web-1") > before);
        context.tell("web-1", "its session lives: it has joined again by itself, with the same name, data and version");
        context.mend(DASHBOARD);
        context.until(
                "the dashboard makes up for it",
                DemoContext.AT_ONCE,
                () -> dashboard.members().values().stream()
                        .anyMatch(each -> each.name().equals("web-1") && each.since() > before));
        context.tell(DASHBOARD, "no watch told it: it listed again, and the creation zxid is another");

        context.heading("The lost one is back: expiry is only heard on reconnecting");
        context.mend("web-3");
        context.until(
                "web-3 has joined again",
                DemoContext.SUCCESSION,
                () -> names(dashboard).equals(Set.of("web-1", "web-2", "web-3")));
        context.tell("web-3", "a new session, so a new ephemeral: it has joined again by itself");
        context.tree();

        context.heading("They leave");
        context.tell("web-1", "leaves: its ephemeral is deleted");
        one.leave(DemoContext.AT_ONCE);
        context.tell("web-2", "closes: its session ends, and its ephemeral with it");
        two.close();
        seen(context, dashboard, "web-3");
    }

    private static void namesake(DemoContext context) {
        if (context.declares(Rule.M4)) {
            adopted(context);
        } else {
            refused(context);
        }
    }

    /** PersistentNode takes what it finds for its own. */
    private static void adopted(DemoContext context) {
        long before = created(context, "web-1");
        Membership another = member(context, "another", false);
        another.join("web-1", bytes("10.6.6.6:80"), DemoContext.SUCCESSION);
        context.tell("another", "joins as web-1 too, and is let in: it has overwritten the data of web-1");
        context.tree();
        another.close();
        context.until("web-1 has joined again", DemoContext.AT_ONCE, () -> created(context, "web-1") > before);
        context.tell("another", "leaves, and deletes the znode of web-1, which has made it again: use no name twice");
    }

    private static void refused(DemoContext context) {
        long before = created(context, "web-1");
        Membership another = member(context, "another", false);
        context.tell("another", "joins as web-1 too, and has one second of patience");
        try {
            another.join("web-1", bytes("10.6.6.6:80"), SHORT);
            throw new AssertionError("it was let in");
        } catch (Recipe.Failure refused) {
            context.tell("another", "is refused: " + refused.problem() + ", and web-1 is untouched");
        }
        another.close();
        if (created(context, "web-1") != before) {
            throw new AssertionError("the znode of web-1 is another one");
        }
    }

    private static Membership member(DemoContext context, String who, boolean tells) {
        return context.closeAtEnd(context.recipes().membership(context.place(who), new Membership.Listener() {
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
                context.tell(who, "fails: " + why.getMessage());
            }

            private void tell(String news) {
                if (tells) {
                    context.tell(who, news);
                }
            }
        }));
    }

    private static void join(DemoContext context, String who, Membership member, String data) {
        member.join(who, bytes(data), DemoContext.SUCCESSION);
        context.tell(who, "has joined");
    }

    private static void seen(DemoContext context, Membership dashboard, String... names) {
        context.until(
                "the dashboard sees them",
                DemoContext.AT_ONCE,
                () -> names(dashboard).equals(Set.of(names)));
    }

    private static long created(DemoContext context, String member) {
        return context.operator()
                .stat(context.path() + "/" + member)
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
