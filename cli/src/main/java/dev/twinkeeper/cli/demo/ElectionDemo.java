package dev.twinkeeper.cli.demo;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Three candidates, a leader that is cut off in the middle of its work, and what its late write meets. */
final class ElectionDemo implements Demo {
    private static final List<String> CANDIDATES = List.of("ada", "ben", "cleo");

    private final AtomicLong highest = new AtomicLong();

    @Override
    public String title() {
        return "three candidates, a leader that is cut off, and its late write";
    }

    @Override
    public void run(DemoContext context) {
        context.shortSession("ada");
        context.heading("Three candidates queue, each with an ephemeral sequential znode");
        List<Candidate> queue =
                CANDIDATES.stream().map(name -> enter(context, name)).toList();
        Candidate ada = queue.get(0);
        Candidate ben = queue.get(1);
        Candidate cleo = queue.get(2);
        ada.awaitTerm(DemoContext.AT_ONCE);
        context.tree();
        context.tell("", "The lowest number leads. Each of the others watches only the znode before its own.");

        context.heading("The leader writes, and shows its token: the zxid that made its znode");
        Election.Term adas = ada.term;
        write(context, adas);

        context.heading("The leader is cut off, with another write under way");
        Traffic before = cleo.traffic();
        context.cut("ada");
        ada.awaitDeposed(DemoContext.AT_ONCE);
        context.tell("", "Its connection is lost, so it stops: nobody could reach it to say so.");
        context.tell("", "The others wait for its session to end.");
        ben.awaitTerm(DemoContext.SUCCESSION);
        write(context, ben.term);
        context.tell("ada", "sends the write that it had under way all the same: it was paused in the middle, say");
        if (write(context, adas)) {
            throw new AssertionError("the late write was done");
        }
        context.tell("", "No election could have stopped that write. The token did.");

        context.heading("The one that was cut off comes back: a new session, a new znode, the end of the queue");
        context.mend("ada");
        awaitQueue(context, cleo, "ben", "cleo", "ada");
        context.tree();
        context.tell(
                "cleo",
                "was sent " + cleo.traffic().minus(before).notifications()
                        + " notifications meanwhile: it watches ben, and ben is there");

        context.heading("An operator deletes the leader's znode");
        String znode = context.operator().children(context.path()).stream()
                .map(child -> context.path() + "/" + child)
                .filter(path -> context.operator().get(path).equals("ben"))
                .findFirst()
                .orElseThrow();
        context.tell("zkCli", "delete " + znode);
        context.operator().delete(znode);
        ben.awaitDeposed(DemoContext.AT_ONCE);
        cleo.awaitTerm(DemoContext.AT_ONCE);
        context.tell("", "ben watches its own znode too, so that two do not lead now.");

        context.heading("The leader resigns, and goes to the end of the queue");
        awaitQueue(context, cleo, "cleo", "ada", "ben");
        context.tell("cleo", "resigns");
        cleo.election.resign();
        ada.awaitTerm(DemoContext.AT_ONCE);
        awaitQueue(context, ben, "ada", "ben", "cleo");
        context.tell("ada", "closes");
        ada.election.close();
        ben.awaitTerm(DemoContext.AT_ONCE);
        context.tree();
    }

    private static Candidate enter(DemoContext context, String name) {
        Candidate candidate = new Candidate(context, name);
        candidate.election.enter();
        context.until(
                name + " queues",
                DemoContext.SUCCESSION,
                () -> candidate.queue().contains(name));
        context.tell(name, "is in the queue");
        return candidate;
    }

    private static void awaitQueue(DemoContext context, Candidate onlooker, String... names) {
        context.until(
                "the queue is " + List.of(names),
                DemoContext.SUCCESSION,
                () -> onlooker.queue().equals(List.of(names)));
    }

    /** What is written to refuses tokens lower than one that it has seen. */
    private boolean write(DemoContext context, Election.Term term) {
        boolean accepted = highest.accumulateAndGet(term.token(), Math::max) == term.token();
        context.tell(
                "resource",
                "a write by %s with token 0x%x: %s"
                        .formatted(
                                term.leader(),
                                term.token(),
                                accepted ? "done" : "refused, 0x%x was here already".formatted(highest.get())));
        return accepted;
    }

    /** One of them, who says what it is told. */
    private static final class Candidate implements Election.Listener {
        private final DemoContext context;
        private final String name;
        private final Election election;
        private volatile Election.Term term;

        Candidate(DemoContext context, String name) {
            this.context = context;
            this.name = name;
            this.election = context.closeAtEnd(context.recipes().election(context.place(name), name, this));
        }

        @Override
        public void elected(Election.Term begun) {
            term = begun;
            context.tell(name, "LEADS, token 0x%x".formatted(begun.token()));
        }

        @Override
        public void deposed(Election.Term over) {
            term = null;
            context.tell(name, "leads no more");
        }

        @Override
        public void failed(Recipe.Failure why) {
            context.tell(name, "is no candidate: " + why.getMessage());
        }

        void awaitTerm(Duration bound) {
            context.until(name + " leads", bound, () -> election.term().isPresent() && term != null);
        }

        void awaitDeposed(Duration bound) {
            context.until(name + " leads no more", bound, () -> election.term().isEmpty() && term == null);
        }

        List<String> queue() {
            return election.candidates(DemoContext.SUCCESSION);
        }

        Traffic traffic() {
            return context.wire(name).traffic();
        }
    }
}
