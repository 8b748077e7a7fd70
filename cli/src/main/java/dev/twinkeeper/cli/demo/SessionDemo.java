package dev.twinkeeper.cli.demo;

import java.time.Duration;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;

/** Disconnected is not expired: who decides, who knows it when, and what is left to do. */
final class SessionDemo implements Demo {
    private static final Duration A_MOMENT = Duration.ofMillis(300);

    @Override
    public String title() {
        return "disconnected is not expired, and the one who is cut off learns it last";
    }

    @Override
    public void run(DemoContext context) throws Exception {
        String node = context.path() + "/anna";
        context.operator().create(context.path(), "");
        DemoParticipant anna = new DemoParticipant(context, "anna", DemoContext.SESSION_TIMEOUT);
        comesBack(context, anna, node);
        expires(context, anna, node);
        goesOn(context, node);
    }

    private static void comesBack(DemoContext context, DemoParticipant anna, String node) throws Exception {
        context.heading("Anna has a session of two seconds and an ephemeral. Her connection breaks for less than that");
        String session = anna.session();
        context.tell("anna", "has session " + session);
        anna.create(node, "", CreateMode.EPHEMERAL);
        context.cut("anna");
        anna.untilTold(KeeperState.Disconnected);
        context.throughout("it stays", A_MOMENT, () -> context.operator().exists(node));
        context.mend("anna");
        anna.untilTold(KeeperState.SyncConnected);
        expect(anna.session().equals(session), "another session");
        expect(context.operator().exists(node), "the ephemeral went, though the session lives");
        context.tell(
                "anna", "has session " + session + " as before, and her ephemeral stands: nothing was lost but time");
    }

    private static void expires(DemoContext context, DemoParticipant anna, String node) throws Exception {
        context.heading("Now for longer. The servers decide, and she is not there to hear it");
        context.cut("anna");
        context.until(
                "it goes", DemoContext.SUCCESSION, () -> !context.operator().exists(node));
        context.tell("ensemble", "has ended her session; her ephemeral is gone, another may take her place");
        boolean knows = anna.wasTold(KeeperState.Expired);
        context.tell(
                "anna",
                knows
                        ? "guesses it by her own clock"
                        : "knows only that she is disconnected: until she is"
                                + " back she must not act as if she held anything");

        context.heading("When she comes back she is told. That handle is dead, and no retry wakes it");
        context.mend("anna");
        anna.untilTold(KeeperState.Expired);
        try {
            anna.create(node, "", CreateMode.EPHEMERAL);
            throw new AssertionError("a dead session made a znode");
        } catch (KeeperException.SessionExpiredException e) {
            context.tell("anna", "create -e " + node + "  →  SESSIONEXPIRED");
        }
        anna.close();
    }

    private static void goesOn(DemoContext context, String node) throws Exception {
        context.heading("A new handle is a new session: she makes all of her ephemerals and watches anew");
        DemoParticipant again = new DemoParticipant(context, "anna", DemoContext.SESSION_TIMEOUT);
        context.tell("anna", "has session " + again.session());
        again.create(node, "", CreateMode.EPHEMERAL);
        context.tree();

        context.heading("An orderly close ends the session at once: nobody has to wait for two seconds");
        again.close();
        expect(!context.operator().exists(node), "an ephemeral was left by an orderly close");
        context.tell("anna", "closes; her ephemeral is gone");
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
