package dev.twinkeeper.cli.recipe;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Lock.Hold;
import dev.twinkeeper.recipes.Lock.Mode;
import dev.twinkeeper.recipes.Recipe.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A holder is cut off, another takes its place, and what the lock protects refuses the zombie. */
final class LockPlay implements Play {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(500);

    @Override
    public String title() {
        return "who may write: one at a time, in the order of asking, and no zombie";
    }

    @Override
    public void play(Theatre theatre) throws Exception {
        theatre.shortSession("anna");
        Lock anna = theatre.cast(theatre.recipes().lock(theatre.place("anna")));
        Lock ben = theatre.cast(theatre.recipes().lock(theatre.place("ben")));
        Lock cleo = theatre.cast(theatre.recipes().lock(theatre.place("cleo")));
        Printer printer = new Printer(theatre);

        theatre.scene("Three want to write to one printer. Anna asks first.");
        Hold annas = anna.acquire(Mode.EXCLUSIVE, PATIENT).orElseThrow();
        tellHeld(theatre, "anna", annas);
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        annas.onLost(() -> {
            theatre.tell("anna", "is told: the lock is lost");
            told.complete(true);
        });
        printer.print("anna", annas, true);

        theatre.scene("Ben and Cleo queue behind her. Each watches the one before it, nobody watches all.");
        CompletableFuture<Optional<Hold>> bens = ask(theatre, "ben", ben);
        CompletableFuture<Optional<Hold>> cleos = ask(theatre, "cleo", cleo);
        theatre.tree();

        theatre.scene("Dora has half a second. Whose time is up is out of the queue.");
        Lock dora = theatre.cast(theatre.recipes().lock(theatre.place("dora")));
        theatre.until("dora is connected", Theatre.SUCCESSION, () -> reaches(dora));
        boolean got = dora.acquire(Mode.EXCLUSIVE, IMPATIENT).isPresent();
        expect(!got, "dora got the lock that anna holds");
        theatre.tell("dora", "gives up; in the queue: " + queue(theatre));

        theatre.scene(
                "Anna is cut off. She can't know whether her session lives, so she says no longer that she holds.");
        theatre.cut("anna");
        theatre.until("anna says that she does not hold", Theatre.SUCCESSION, () -> !annas.isHeld());
        theatre.tell("anna", "says: I can't tell whether I hold");
        expect(!bens.isDone(), "ben got the lock while anna's session may have lived");
        theatre.tell("ben", "still waits: as long as her session lives, the lock is hers");

        theatre.scene("Her session ends at the ensemble, and her znode with it. Ben is told, Cleo is not.");
        long before = theatre.wire("cleo").traffic().notifications();
        Hold benHold = theatre.await("ben holds", bens, Theatre.SUCCESSION).orElseThrow();
        tellHeld(theatre, "ben", benHold);
        long herd = theatre.wire("cleo").traffic().notifications() - before;
        theatre.tell("cleo", "got " + herd + " notifications");
        printer.print("ben", benHold, true);

        theatre.scene("Anna goes on with what she was about. Her page carries an old token.");
        printer.print("anna", annas, false);
        theatre.mend("anna");
        theatre.await("anna is told", told, Theatre.SUCCESSION);

        theatre.scene("Ben is done. One write, one notification, and Cleo holds.");
        benHold.release();
        theatre.tell("ben", "releases");
        Hold cleoHold = theatre.await("cleo holds", cleos, Theatre.AT_ONCE).orElseThrow();
        tellHeld(theatre, "cleo", cleoHold);
        printer.print("cleo", cleoHold, true);

        theatre.scene("An operator deletes Cleo's znode. She watches it, and knows at once.");
        cleoHold.onLost(() -> theatre.tell("cleo", "is told: the lock is lost"));
        String znode = theatre.path() + "/"
                + theatre.operator().children(theatre.path()).get(0);
        theatre.tell("operator", "delete " + znode);
        theatre.operator().delete(znode);
        theatre.until("cleo knows", Theatre.AT_ONCE, () -> !cleoHold.isHeld());

        theatre.scene("What may be shared is: two who only read.");
        Hold one = ben.acquire(Mode.SHARED, PATIENT).orElseThrow();
        Hold other = dora.acquire(Mode.SHARED, PATIENT).orElseThrow();
        theatre.tell("ben", "and dora hold together: " + (one.isHeld() && other.isHeld()));
        theatre.tree();
        one.release();
        other.release();
    }

    private static boolean reaches(Lock lock) {
        try {
            return lock.acquire(Mode.EXCLUSIVE, Duration.ZERO).isEmpty();
        } catch (Failure notYet) {
            return false;
        }
    }

    private static CompletableFuture<Optional<Hold>> ask(Theatre theatre, String who, Lock lock) {
        int before = queue(theatre);
        theatre.tell(who, "asks");
        var asked = theatre.async(who, () -> lock.acquire(Mode.EXCLUSIVE, PATIENT));
        theatre.until(who + " is in the queue", Theatre.SUCCESSION, () -> queue(theatre) > before);
        return asked;
    }

    private static int queue(Theatre theatre) {
        return theatre.operator().children(theatre.path()).size();
    }

    private static void tellHeld(Theatre theatre, String who, Hold hold) {
        theatre.tell(who, "holds, with token 0x" + Long.toHexString(hold.token()));
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** What the lock protects. It trusts nobody who comes with a token lower than one that it has seen. */
    private static final class Printer {
        private final Theatre theatre;
        private long highest;

        Printer(Theatre theatre) {
            this.theatre = theatre;
        }

        void print(String who, Hold hold, boolean expected) {
            boolean accepted = hold.token() >= highest;
            highest = Math.max(highest, hold.token());
            theatre.tell(
                    "printer",
                    "%s %s's page, token 0x%x, highest seen 0x%x"
                            .formatted(accepted ? "prints" : "refuses", who, hold.token(), highest));
            expect(accepted == expected, "the printer " + (accepted ? "printed" : "refused") + " " + who + "'s page");
        }
    }
}
