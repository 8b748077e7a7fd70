package dev.twinkeeper.cli.recipe;

import dev.twinkeeper.recipes.Queue;
import dev.twinkeeper.recipes.Recipe.Failure;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Two cooks take orders from one queue: one is cut off with an order in hand, one order burns at first. */
final class QueuePlay implements Play {
    private static final int CAPACITY = 4;

    /** Handling takes a moment, so that the two are seen to share. */
    private static final Duration COOKING = Duration.ofMillis(150);

    private final Set<String> served = ConcurrentHashMap.newKeySet();
    private final Set<String> burnt = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<String> roasting = new CompletableFuture<>();
    private final CountDownLatch roasted = new CountDownLatch(1);

    @Override
    public String title() {
        return "a FIFO queue of orders, two cooks, and one of them is cut off with an order in hand";
    }

    @Override
    public void play(Theatre theatre) throws Exception {
        theatre.shortSession("anna", "ben"); // whoever takes the roast
        Queue waiter = theatre.cast(theatre.recipes().queue(theatre.place("waiter"), CAPACITY));
        Queue anna = theatre.cast(theatre.recipes().queue(theatre.place("anna"), CAPACITY));
        Queue ben = theatre.cast(theatre.recipes().queue(theatre.place("ben"), CAPACITY));
        theFullQueue(theatre, waiter);
        theCooks(theatre, anna, ben);
        theCutOff(theatre, waiter);
        theBurntOrder(theatre, waiter);
    }

    private void theFullQueue(Theatre theatre, Queue waiter) {
        theatre.scene("A put is a sequential znode, and no more of them than " + CAPACITY);
        for (String order : List.of("soup", "fish", "rice", "cake")) {
            put(theatre, waiter, order);
        }
        try {
            waiter.put(bytes("wine"), Theatre.AT_ONCE);
            throw new AssertionError("a full queue took a fifth order");
        } catch (Failure full) {
            if (full.problem() != Problem.FULL) {
                throw full;
            }
            theatre.tell("waiter", "puts wine, and is refused: " + full.getMessage());
        }
        theatre.tree();
        theatre.tell("zkCli", "/items holds the token of each put, and its version rises: so the bound is exact");
    }

    private void theCooks(Theatre theatre, Queue anna, Queue ben) {
        theatre.scene("Two cooks: who makes the ephemeral of an order's name cooks it, and nobody else does");
        ben.consume(item -> cook(theatre, "ben", item));
        anna.consume(item -> cook(theatre, "anna", item));
        theatre.until(
                "four orders are served",
                Theatre.SUCCESSION,
                () -> served.containsAll(List.of("soup", "fish", "rice", "cake")));
        theatre.until("the queue is empty", Theatre.AT_ONCE, () -> ben.size(Theatre.AT_ONCE) == 0);
    }

    private void theCutOff(Theatre theatre, Queue waiter) {
        theatre.scene("A cook is cut off with the roast in hand");
        put(theatre, waiter, "roast");
        String unlucky = theatre.await("somebody takes the roast", roasting, Theatre.SUCCESSION);
        String other = unlucky.equals("anna") ? "ben" : "anna";
        theatre.tree();
        theatre.cut(unlucky);
        theatre.tell(other, "sees the claim, and waits: for all one knows, " + unlucky + " is at it");
        theatre.until(other + " serves it", Theatre.SUCCESSION, () -> served.contains("roast"));
        theatre.tell("zkCli", "the session ended, the claim with it, and the order was there still: at least once");
        roasted.countDown();
        theatre.mend(unlucky);
    }

    private void theBurntOrder(Theatre theatre, Queue waiter) {
        theatre.scene("An order fails, rests, and comes again; the later one passes");
        put(theatre, waiter, "toast");
        put(theatre, waiter, "tea");
        theatre.until("both are served", Theatre.SUCCESSION, () -> served.containsAll(List.of("toast", "tea")));
        theatre.until("the queue is empty", Theatre.AT_ONCE, () -> waiter.size(Theatre.AT_ONCE) == 0);
        theatre.tree();
    }

    private static void put(Theatre theatre, Queue waiter, String order) {
        waiter.put(bytes(order), Theatre.AT_ONCE);
        theatre.tell("waiter", "puts " + order);
    }

    private void cook(Theatre theatre, String cook, Queue.Item item) throws InterruptedException {
        String order = new String(item.data(), StandardCharsets.UTF_8);
        theatre.tell(cook, "takes " + order + " (" + item.name() + ")");
        if (order.equals("roast") && roasting.complete(cook)) {
            roasted.await();
            theatre.tell(cook, "is done with the roast too, and finds that it is gone from the queue");
            return;
        }
        if (order.equals("toast") && burnt.add(order)) {
            theatre.tell(cook, "burns the toast: its claim stays for a pause, so that nobody burns it at once again");
            throw new IllegalStateException("burnt");
        }
        Thread.sleep(COOKING.toMillis());
        served.add(order);
        theatre.tell(cook, "serves " + order);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
