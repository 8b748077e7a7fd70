package dev.twinkeeper.cli.demo;

import dev.twinkeeper.contract.Rule;
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

/** Two cooks take orders from one queue: one is cut off with an order under way, one order burns at first. */
final class QueueDemo implements Demo {
    private static final int CAPACITY = 4;

    /** Handling takes a moment, so that the two are seen to share. */
    private static final Duration COOKING = Duration.ofMillis(150);

    private final Set<String> served = ConcurrentHashMap.newKeySet();
    private final Set<String> burnt = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<String> roasting = new CompletableFuture<>();
    private final CountDownLatch roasted = new CountDownLatch(1);

    @Override
    public String title() {
        return "a FIFO queue of orders, two cooks, and one of them is cut off with an order under way";
    }

    @Override
    public void run(DemoContext context) throws Exception {
        context.shortSession("anna", "ben"); // whoever takes the roast
        Queue waiter = context.closeAtEnd(context.recipes().queue(context.place("waiter"), CAPACITY));
        Queue anna = context.closeAtEnd(context.recipes().queue(context.place("anna"), CAPACITY));
        Queue ben = context.closeAtEnd(context.recipes().queue(context.place("ben"), CAPACITY));
        theFullQueue(context, waiter);
        theCooks(context, anna, ben);
        theCutOff(context, waiter);
        theBurntOrder(context, waiter);
    }

    private void theFullQueue(DemoContext context, Queue waiter) {
        context.heading("A put is a sequential znode, and no more of them than " + CAPACITY);
        for (String order : List.of("soup", "fish", "rice", "cake")) {
            put(context, waiter, order);
        }
        try {
            waiter.put(bytes("wine"), DemoContext.AT_ONCE);
            throw new AssertionError("a full queue took a fifth order");
        } catch (Failure full) {
            if (full.problem() != Problem.FULL) {
                throw full;
            }
            context.tell("waiter", "puts wine, and is refused: " + full.getMessage());
        }
        context.tree();
        context.tell(
                "zkCli",
                context.declares(Rule.Q4)
                        ? "the children were counted first: who puts at the same time goes over the bound"
                        : "/items holds the token of each put, and its version rises: so the bound is exact");
    }

    private void theCooks(DemoContext context, Queue anna, Queue ben) {
        context.heading("Two cooks: who makes the ephemeral of an order's name cooks it, and nobody else does");
        ben.consume(item -> cook(context, "ben", item));
        anna.consume(item -> cook(context, "anna", item));
        context.until(
                "four orders are served",
                DemoContext.SUCCESSION,
                () -> served.containsAll(List.of("soup", "fish", "rice", "cake")));
        context.until("the queue is empty", DemoContext.AT_ONCE, () -> ben.size(DemoContext.AT_ONCE) == 0);
    }

    private void theCutOff(DemoContext context, Queue waiter) {
        context.heading("A cook is cut off with the roast under way");
        put(context, waiter, "roast");
        String unlucky = context.await("somebody takes the roast", roasting, DemoContext.SUCCESSION);
        String other = unlucky.equals("anna") ? "ben" : "anna";
        context.tree();
        context.cut(unlucky);
        context.tell(other, "sees the claim, and waits: for all one knows, " + unlucky + " is at it");
        if (context.declares(Rule.Q2)) {
            context.until(
                    "its session ends",
                    DemoContext.SUCCESSION,
                    () -> context.operator()
                            .children(context.path() + "/claims")
                            .isEmpty());
            context.tell("zkCli", "the claim is gone, and nobody hears of it: the next put makes the cooks look again");
            put(context, waiter, "salad");
        }
        context.until(other + " serves it", DemoContext.SUCCESSION, () -> served.contains("roast"));
        context.tell("zkCli", "the session ended, the claim with it, and the order was there still: at least once");
        roasted.countDown();
        context.mend(unlucky);
    }

    private void theBurntOrder(DemoContext context, Queue waiter) {
        context.heading("An order fails, rests, and comes again; the later one passes");
        put(context, waiter, "toast");
        put(context, waiter, "tea");
        context.until("both are served", DemoContext.SUCCESSION, () -> served.containsAll(List.of("toast", "tea")));
        context.until("the queue is empty", DemoContext.AT_ONCE, () -> waiter.size(DemoContext.AT_ONCE) == 0);
        context.tree();
    }

    private static void put(DemoContext context, Queue waiter, String order) {
        waiter.put(bytes(order), DemoContext.AT_ONCE);
        context.tell("waiter", "puts " + order);
    }

    private void cook(DemoContext context, String cook, Queue.Item item) throws InterruptedException {
        String order = new String(item.data(), StandardCharsets.UTF_8);
        context.tell(cook, "takes " + order + (item.name().isEmpty() ? "" : " (" + item.name() + ")"));
        if (order.equals("roast") && roasting.complete(cook)) {
            roasted.await();
            context.tell(cook, "is done with the roast too, and finds that it is gone from the queue");
            return;
        }
        if (order.equals("toast") && burnt.add(order)) {
            context.tell(cook, "burns the toast: it rests for a pause, so that nobody burns it at once again");
            throw new IllegalStateException("burnt");
        }
        Thread.sleep(COOKING.toMillis());
        served.add(order);
        context.tell(cook, "serves " + order);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
