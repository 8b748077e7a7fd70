package dev.twinkeeper.cli.demo;

import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;

/** The four kinds of znode, what happens to each when its session ends, and sequence numbers. */
final class ZnodesDemo implements Demo {
    @Override
    public String title() {
        return "the four kinds, and which of them go when their session ends";
    }

    @Override
    public void run(DemoContext context) throws Exception {
        try (DemoParticipant anna = new DemoParticipant(context, "anna", DemoContext.SESSION_TIMEOUT)) {
            String root = context.path();
            fourKinds(context, anna, root);
            sequences(context, anna, root);
            refusals(context, anna, root);
            sessionEnds(context, root);
        }
    }

    private static void fourKinds(DemoContext context, DemoParticipant anna, String root) throws Exception {
        context.heading(
                "Anna makes one of each kind: persistent or ephemeral, with a number from the server or without");
        anna.create(root, "", CreateMode.PERSISTENT);
        anna.create(root + "/config", "v1", CreateMode.PERSISTENT);
        anna.create(root + "/task-", "", CreateMode.PERSISTENT_SEQUENTIAL);
        anna.create(root + "/anna", "", CreateMode.EPHEMERAL);
        anna.create(root + "/lock-", "", CreateMode.EPHEMERAL_SEQUENTIAL);
        context.tree();
    }

    private static void sequences(DemoContext context, DemoParticipant anna, String root) throws Exception {
        context.heading("The number counts every create below the parent, whatever its name, and never goes back");
        String last = anna.create(root + "/task-", "", CreateMode.PERSISTENT_SEQUENTIAL);
        anna.client().delete(last, -1);
        context.tell("anna", "delete " + last);
        String next = anna.create(root + "/task-", "", CreateMode.PERSISTENT_SEQUENTIAL);
        expect(next.compareTo(last) > 0, "the number of " + last + " was given a second time");
        context.tell("anna", "got a new number, not the one that is free again");
    }

    private static void refusals(DemoContext context, DemoParticipant anna, String root) throws Exception {
        context.heading(
                "What is refused: a name that is taken, a child of an ephemeral, a version that is not the present one");
        refused(
                context,
                "create " + root + "/config",
                KeeperException.NodeExistsException.class,
                () -> anna.create(root + "/config", "", CreateMode.PERSISTENT));
        refused(
                context,
                "create " + root + "/anna/child",
                KeeperException.NoChildrenForEphemeralsException.class,
                () -> anna.create(root + "/anna/child", "", CreateMode.PERSISTENT));
        refused(
                context,
                "set -v 7 " + root + "/config",
                KeeperException.BadVersionException.class,
                () -> anna.client().setData(root + "/config", new byte[0], 7));
    }

    /** Something that a server answers. */
    private interface Request {
        void send() throws Exception;
    }

    private static void refused(DemoContext context, String what, Class<? extends KeeperException> why, Request request)
            throws Exception {
        try {
            request.send();
        } catch (KeeperException e) {
            expect(why.isInstance(e), what + " was refused with " + e.code());
            context.tell("anna", what + "  →  " + e.code());
            return;
        }
        throw new AssertionError(what + " was not refused");
    }

    private static void sessionEnds(DemoContext context, String root) {
        context.heading("Anna is killed, as by kill -9: her connection breaks, her session does not");
        context.cut("anna");
        expect(context.operator().exists(root + "/anna"), "the ephemeral went with the connection");
        context.tell("zkCli", "stat " + root + "/anna  →  it is still there");

        context.heading(
                "When the servers have heard nothing for the session timeout, two seconds here, they end the session");
        context.until(
                "the ephemerals go",
                DemoContext.SUCCESSION,
                () -> !context.operator().exists(root + "/anna"));
        context.tell("ensemble", "ends the session of anna: what is ephemeral goes, what is persistent stays");
        context.tree();
        expect(context.operator().exists(root + "/config"), "a persistent znode went with its session");
        expect(context.operator().children(root).stream().noneMatch(name -> name.startsWith("lock-")), "lock- stayed");
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
