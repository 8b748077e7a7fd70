package dev.twinkeeper.scenarios.recipes;

import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Wire;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/** A participant of a recipe's scenario: the recipe, its own wire, and what it told. Used by any thread. */
public final class RecipeParticipant<R extends Recipe> implements AutoCloseable {
    private final String name;
    private final Wire wire;
    private final Ensemble ensemble;
    private final Queue<RecipeEvent.Timed<RecipeEvent>> timed = new ConcurrentLinkedQueue<>();
    private volatile R recipe;
    private volatile Instant closed = Instant.MAX;

    RecipeParticipant(String name, Wire wire, Ensemble ensemble) {
        this.name = name;
        this.wire = wire;
        this.ensemble = ensemble;
    }

    void uses(R made) {
        recipe = made;
    }

    public String name() {
        return name;
    }

    public R recipe() {
        return recipe;
    }

    public Wire wire() {
        return wire;
    }

    /** Waits until it has a session. */
    void awaitConnected() {
        BoundedWait.until(
                name + " is connected",
                RecipeScenarioContext.READY,
                () -> wire.session().isPresent());
    }

    /** Takes something down in its report. */
    public void note(RecipeEvent what) {
        timed.add(new RecipeEvent.Timed<>(Instant.now(), name, what));
    }

    /** All that was heard from it so far. */
    public List<RecipeEvent.Timed<RecipeEvent>> events() {
        return List.copyOf(timed);
    }

    /** What of one kind was heard from it so far. */
    public <H extends RecipeEvent> List<H> events(Class<H> kind) {
        return timed.stream()
                .map(RecipeEvent.Timed::what)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    /** Waits for the first of that kind after that moment that is the one. */
    public <H extends RecipeEvent> RecipeEvent.Timed<H> awaitEvent(
            Class<H> kind, Instant after, Predicate<H> which, Duration bound) {
        BoundedWait.until(
                name + " tells " + kind.getSimpleName(),
                bound,
                () -> find(kind, after, which).isPresent());
        return find(kind, after, which).orElseThrow();
    }

    /** Waits for the first of that kind, from the beginning on. */
    public <H extends RecipeEvent> RecipeEvent.Timed<H> awaitEvent(Class<H> kind, Duration bound) {
        return awaitEvent(kind, Instant.MIN, any -> true, bound);
    }

    private <H extends RecipeEvent> Optional<RecipeEvent.Timed<H>> find(
            Class<H> kind, Instant after, Predicate<H> which) {
        return timed.stream()
                .filter(each -> each.at().isAfter(after) && kind.isInstance(each.what()))
                .map(each -> new RecipeEvent.Timed<>(each.at(), each.participant(), kind.cast(each.what())))
                .filter(each -> which.test(each.what()))
                .findFirst();
    }

    /** Calls the recipe on a thread of its own: for calls that wait. */
    public <T> CompletableFuture<T> async(Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(call.call());
                    } catch (Exception | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                "calls " + name);
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    /** Its newest session. */
    public SessionCredentials session() {
        return wire.session().orElseThrow(() -> new IllegalStateException(name + " has no session yet"));
    }

    /** Expires its session at the ensemble; returns when its ephemerals are gone. */
    public void expire() {
        Sessions.expire(ensemble.connectString(), session());
    }

    /** How many paths its session watches for their data, or persistently. */
    public int watches() {
        return ensemble.watches(session().id());
    }

    /** Closes the recipe; the wire stays, for what is still to be counted. */
    @Override
    public void close() {
        recipe.close();
        if (closed == Instant.MAX) {
            closed = Instant.now();
        }
    }

    /** X3: what it told after it was closed. */
    List<RecipeEvent.Timed<RecipeEvent>> late() {
        return timed.stream()
                .filter(each -> each.at().isAfter(closed) && !(each.what() instanceof RecipeEvent.Handled))
                .toList();
    }

    @Override
    public String toString() {
        return name;
    }
}
