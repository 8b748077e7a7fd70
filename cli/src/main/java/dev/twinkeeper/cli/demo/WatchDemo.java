package dev.twinkeeper.cli.demo;

import java.time.Duration;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;

/** A watch fires once; what happens before the next one is missed; a persistent watch misses only what is lost with a connection. */
final class WatchDemo implements Demo {
    /** Long enough to see that nothing comes. */
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    /** Longer than the demo: nobody's session ends. */
    private static final Duration SESSION = Duration.ofSeconds(30);

    @Override
    public String title() {
        return "it fires once, and says that something changed, not what";
    }

    @Override
    public void run(DemoContext context) throws Exception {
        String node = context.path() + "/price";
        try (DemoParticipant anna = new DemoParticipant(context, "anna", SESSION)) {
            anna.create(context.path(), "", CreateMode.PERSISTENT);
            anna.create(node, "1", CreateMode.PERSISTENT);
            once(context, anna, node);
            gap(context, anna, node);
            disconnected(context, anna);
            persistent(context, anna, node);
        }
    }

    private static void set(DemoContext context, String node, String data) {
        context.tell("operator", "set " + node + " " + data);
        context.operator().set(node, data);
    }

    private static void once(DemoContext context, DemoParticipant anna, String node) throws Exception {
        context.heading("Anna reads with a watch. The first change is told; the second is not");
        anna.readAndWatch(node);
        set(context, node, "2");
        told(context, anna, 1);
        set(context, node, "3");
        context.throughout("nothing is told", A_MOMENT, () -> anna.events().size() == 1);
        context.tell("anna", "is told nothing: a watch fires once");
    }

    private static void gap(DemoContext context, DemoParticipant anna, String node) throws Exception {
        context.heading("So she reads and watches again in one request. What came in between she does not see");
        Stat seen = anna.readAndWatch(node);
        set(context, node, "4");
        told(context, anna, 2);
        set(context, node, "5");
        set(context, node, "6");
        Stat last = anna.readAndWatch(node);
        int changes = last.getVersion() - seen.getVersion();
        expect(changes == 3, "three changes made versions " + seen.getVersion() + " to " + last.getVersion());
        context.tell(
                "anna",
                "sees by the version that it changed " + changes + " times; she was told once, and never saw 4"
                        + " and 5. A watch is for the present state, not for a history");
        set(context, node, "7");
        told(context, anna, 3);
    }

    private static void disconnected(DemoContext context, DemoParticipant anna) throws Exception {
        String flash = context.path() + "/flash";
        context.heading("A create and a delete while she is cut off: her watch is set again, and nothing is told");
        anna.client().exists(flash, anna::onEvent);
        context.tell("anna", "stat -w " + flash + "  →  not there");
        context.cut("anna");
        anna.untilTold(KeeperState.Disconnected);
        context.operator().create(flash, "");
        context.tell("operator", "create " + flash);
        context.operator().delete(flash);
        context.tell("operator", "delete " + flash);
        context.mend("anna");
        anna.untilTold(KeeperState.SyncConnected);
        context.throughout("nothing is told", A_MOMENT, () -> anna.events().size() == 3);
        context.tell("anna", "is told nothing of it: after every SyncConnected, read again");
    }

    private static void persistent(DemoContext context, DemoParticipant anna, String node) throws Exception {
        context.heading("A persistent watch stays: each change is told. It too is blind while the connection is lost");
        anna.client().addWatch(context.path(), anna::onEvent, AddWatchMode.PERSISTENT_RECURSIVE);
        context.tell("anna", "addWatch -m PERSISTENT_RECURSIVE " + context.path());
        set(context, node, "8");
        set(context, node, "9");
        told(context, anna, 5);
        context.cut("anna");
        anna.untilTold(KeeperState.Disconnected);
        set(context, node, "10");
        context.mend("anna");
        anna.untilTold(KeeperState.SyncConnected);
        context.throughout("nothing is told", A_MOMENT, () -> anna.events().size() == 5);
        context.tell("anna", "is told nothing of 10");
        set(context, node, "11");
        told(context, anna, 6);
    }

    private static void told(DemoContext context, DemoParticipant anna, int events) {
        context.until("anna is told", DemoContext.AT_ONCE, () -> anna.events().size() == events);
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
