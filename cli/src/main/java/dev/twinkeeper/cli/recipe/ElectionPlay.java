package dev.twinkeeper.cli.recipe;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.lab.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Three candidates, a leader that is cut off in the middle of its work, and what its late write meets. */
final class ElectionPlay implements Play {
    private static final List<String> CANDIDATES = List.of("ada", "ben", "cleo");

    private final AtomicLong highest = new AtomicLong();

    @Override
    public String title() {
        return "three candidates, a leader that is cut off, and its late write";
    }

    @Override
    public void play(Theatre theatre) {
        theatre.shortSession("ada");
        theatre.scene("Three candidates queue, each with an ephemeral sequential znode");
        List<Candidate> queue =
                CANDIDATES.stream().map(name -> enter(theatre, name)).toList();
        Candidate ada = queue.get(0);
        Candidate ben = queue.get(1);
        Candidate cleo = queue.get(2);
        ada.awaitTerm(Theatre.AT_ONCE);
        theatre.tree();
        theatre.tell("", "The lowest number leads. Each of the others watches only the znode before its own.");

        theatre.scene("The leader writes, and shows its token: the zxid that made its znode");
        Election.Term adas = ada.term;
        write(theatre, adas);

        theatre.scene("The leader is cut off, with another write in its hands");
        Traffic before = cleo.traffic();
        theatre.cut("ada");
        ada.awaitDeposed(Theatre.AT_ONCE);
        theatre.tell("", "Its connection is lost, so it stops: nobody could reach it to say so.");
        theatre.tell("", "The others wait for its session to end.");
        ben.awaitTerm(Theatre.SUCCESSION);
        write(theatre, ben.term);
        theatre.tell("ada", "sends the write that it had in its hands all the same: it was paused in the middle, say");
        if (write(theatre, adas)) {
            throw new AssertionError("the late write was done");
        }
        theatre.tell("", "No election could have stopped that write. The token did.");

        theatre.scene("The one that was cut off comes back: a new session, a new znode, the end of the queue");
        theatre.mend("ada");
        awaitQueue(theatre, cleo, "ben", "cleo", "ada");
        theatre.tree();
        theatre.tell(
                "cleo",
                "was sent " + cleo.traffic().minus(before).notifications()
                        + " notifications meanwhile: it watches ben, and ben is there");

        theatre.scene("An operator deletes the leader's znode");
        String znode = theatre.operator().children(theatre.path()).stream()
                .map(child -> theatre.path() + "/" + child)
                .filter(path -> theatre.operator().get(path).equals("ben"))
                .findFirst()
                .orElseThrow();
        theatre.tell("zkCli", "delete " + znode);
        theatre.operator().delete(znode);
        ben.awaitDeposed(Theatre.AT_ONCE);
        cleo.awaitTerm(Theatre.AT_ONCE);
        theatre.tell("", "ben watches its own znode too, so that two do not lead now.");

        theatre.scene("The leader resigns, and goes to the end of the queue");
        awaitQueue(theatre, cleo, "cleo", "ada", "ben");
        theatre.tell("cleo", "resigns");
        cleo.election.resign();
        ada.awaitTerm(Theatre.AT_ONCE);
        awaitQueue(theatre, ben, "ada", "ben", "cleo");
        theatre.tell("ada", "closes");
        ada.election.close();
        ben.awaitTerm(Theatre.AT_ONCE);
        theatre.tree();
    }

    private static Candidate enter(Theatre theatre, String name) {
        Candidate candidate = new Candidate(theatre, name);
        candidate.election.enter();
        theatre.until(
                name + " queues", Theatre.SUCCESSION, () -> candidate.queue().contains(name));
        theatre.tell(name, "is in the queue");
        return candidate;
    }

    private static void awaitQueue(Theatre theatre, Candidate onlooker, String... names) {
        theatre.until(
                "the queue is " + List.of(names),
                Theatre.SUCCESSION,
                () -> onlooker.queue().equals(List.of(names)));
    }

    /** What is written to refuses tokens lower than one that it has seen. */
    private boolean write(Theatre theatre, Election.Term term) {
        boolean accepted = highest.accumulateAndGet(term.token(), Math::max) == term.token();
        theatre.tell(
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
        private final Theatre theatre;
        private final String name;
        private final Election election;
        private volatile Election.Term term;

        Candidate(Theatre theatre, String name) {
            this.theatre = theatre;
            this.name = name;
            this.election = theatre.cast(theatre.recipes().election(theatre.place(name), name, this));
        }

        @Override
        public void elected(Election.Term begun) {
            term = begun;
            theatre.tell(name, "LEADS, token 0x%x".formatted(begun.token()));
        }

        @Override
        public void deposed(Election.Term over) {
            term = null;
            theatre.tell(name, "leads no more");
        }

        @Override
        public void failed(Recipe.Failure why) {
            theatre.tell(name, "is no candidate: " + why.getMessage());
        }

        void awaitTerm(Duration bound) {
            theatre.until(name + " leads", bound, () -> election.term().isPresent() && term != null);
        }

        void awaitDeposed(Duration bound) {
            theatre.until(name + " leads no more", bound, () -> election.term().isEmpty() && term == null);
        }

        List<String> queue() {
            return election.candidates(Theatre.SUCCESSION);
        }

        Traffic traffic() {
            return theatre.wire(name).traffic();
        }
    }
}
