package dev.twinkeeper.cli.demo;

import dev.twinkeeper.recipes.Lock;
import dev.twinkeeper.recipes.Lock.Hold;
import dev.twinkeeper.recipes.Lock.Mode;
import dev.twinkeeper.recipes.Recipe.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A holder is cut off, another takes its place, and what the lock protects refuses the zombie. */
final class LockDemo implements Demo {
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration IMPATIENT = Duration.ofMillis(500);

    @Override
    public String title() {
        return "who may write: one at a time, in the order of asking, and no zombie";
    }

    @Override
    public void run(DemoContext context) throws Exception {
        context.shortSession("anna");
        Lock anna = context.closeAtEnd(context.recipes().lock(context.place("anna")));
        Lock ben = context.closeAtEnd(context.recipes().lock(context.place("ben")));
        Lock cleo = context.closeAtEnd(context.recipes().lock(context.place("cleo")));
        Printer printer = new Printer(context);

        context.heading("Three want to write to one printer. Anna asks first.");
        Hold annas = anna.acquire(Mode.EXCLUSIVE, PATIENT).orElseThrow();
        tellHeld(context, "anna", annas);
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        annas.onLost(() -> {
            context.tell("anna", "is told: the lock is lost");
            told.complete(true);
        });
        printer.print("anna", annas, true);

        context.heading("Ben and Cleo queue behind her. Each watches the one before it, nobody watches all.");
        CompletableFuture<Optional<Hold>> bens = ask(context, "ben", ben);
        CompletableFuture<Optional<Hold>> cleos = ask(context, "cleo", cleo);
        context.tree();

        context.heading("Dora has half a second. Whose time is up is out of the queue.");
        Lock dora = context.closeAtEnd(context.recipes().lock(context.place("dora")));
        context.until("dora is connected", DemoContext.SUCCESSION, () -> reaches(dora));
        boolean got = dora.acquire(Mode.EXCLUSIVE, IMPATIENT).isPresent();
        expect(!got, "dora got the lock that anna holds");
        context.tell("dora", "gives up; in the queue: " + queue(context));

        context.heading(
                "Anna is cut off. She can't know whether her session lives, so she says no longer that she holds.");
        context.cut("anna");
        context.until("anna says that she does not hold", DemoContext.SUCCESSION, () -> !annas.isHeld());
        context.tell("anna", "says: I can't tell whether I hold");
        expect(!bens.isDone(), "ben got the lock while anna's session may have lived");
        context.tell("ben", "still waits: as long as her session lives, the lock is hers");

        context.heading("Her session ends at the ensemble, and her znode with it. Ben is told, Cleo is not.");
        long before = context.wire("cleo").traffic().notifications();
        Hold benHold = context.await("ben holds", bens, DemoContext.SUCCESSION).orElseThrow();
        tellHeld(context, "ben", benHold);
        long herd = context.wire("cleo").traffic().notifications() - before;
        context.tell("cleo", "got " + herd + " notifications");
        printer.print("ben", benHold, true);

        context.heading("Anna goes on with what she was about. Her page carries an old token.");
        printer.print("anna", annas, false);
        context.mend("anna");
        context.await("anna is told", told, DemoContext.SUCCESSION);

        context.heading("Ben is done. One write, one notification, and Cleo holds.");
        benHold.release();
        context.tell("ben", "releases");
        Hold cleoHold = context.await("cleo holds", cleos, DemoContext.AT_ONCE).orElseThrow();
        tellHeld(context, "cleo", cleoHold);
        printer.print("cleo", cleoHold, true);

        context.heading("An operator deletes Cleo's znode. She watches it, and knows at once.");
        cleoHold.onLost(() -> context.tell("cleo", "is told: the lock is lost"));
        String znode = context.path() + "/"
                + context.operator().children(context.path()).get(0);
        context.tell("operator", "delete " + znode);
        context.operator().delete(znode);
        context.until("cleo knows", DemoContext.AT_ONCE, () -> !cleoHold.isHeld());

        context.heading("What may be shared is: two who only read.");
        Hold one = ben.acquire(Mode.SHARED, PATIENT).orElseThrow();
        Hold other = dora.acquire(Mode.SHARED, PATIENT).orElseThrow();
        context.tell("ben", "and dora hold together: " + (one.isHeld() && other.isHeld()));
        context.tree();
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

    private static CompletableFuture<Optional<Hold>> ask(DemoContext context, String who, Lock lock) {
        int before = queue(context);
        context.tell(who, "asks");
        var asked = context.async(who, () -> lock.acquire(Mode.EXCLUSIVE, PATIENT));
        context.until(who + " is in the queue", DemoContext.SUCCESSION, () -> queue(context) > before);
        return asked;
    }

    private static int queue(DemoContext context) {
        return context.operator().children(context.path()).size();
    }

    private static void tellHeld(DemoContext context, String who, Hold hold) {
        context.tell(who, "holds, with token 0x" + Long.toHexString(hold.token()));
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /** What the lock protects. It trusts nobody who comes with a token lower than one that it has seen. */
    private static final class Printer {
        private final DemoContext context;
        private long highest;

        Printer(DemoContext context) {
            this.context = context;
        }

        void print(String who, Hold hold, boolean expected) {
            boolean accepted = hold.token() >= highest;
            highest = Math.max(highest, hold.token());
            context.tell(
                    "printer",
                    "%s %s's page, token 0x%x, highest seen 0x%x"
                            .formatted(accepted ? "prints" : "refuses", who, hold.token(), highest));
            expect(accepted == expected, "the printer " + (accepted ? "printed" : "refused") + " " + who + "'s page");
        }
    }
}
