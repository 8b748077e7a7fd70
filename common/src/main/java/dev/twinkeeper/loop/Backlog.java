package dev.twinkeeper.loop;

import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What was asked of a client and has no answer yet, up to a bound. Safe for several threads. */
public final class Backlog {
    private final int bound;
    private final Set<CompletableFuture<?>> unanswered = ConcurrentHashMap.newKeySet();
    private volatile CoordinationException end;

    public Backlog(int bound) {
        this.bound = bound;
    }

    /** A place, given back with the answer. Without one the answer is there already: a refusal. */
    public <T> CompletableFuture<T> admit() {
        CompletableFuture<T> answer = new Answer<>();
        if (unanswered.size() >= bound) {
            answer.completeExceptionally(new CoordinationException(
                    Problem.FULL, "the client has " + bound + " requests under way: wait for some of them"));
            return answer;
        }
        unanswered.add(answer);
        if (end != null) {
            answer.completeExceptionally(end);
        }
        return answer;
    }

    /** Its place is free before the answer is told: whoever hears it may ask for the next thing. */
    private final class Answer<T> extends CompletableFuture<T> {
        @Override
        public boolean complete(T value) {
            unanswered.remove(this);
            return super.complete(value);
        }

        @Override
        public boolean completeExceptionally(Throwable why) {
            unanswered.remove(this);
            return super.completeExceptionally(why);
        }
    }

    /** How many have no answer yet. */
    public int size() {
        return unanswered.size();
    }

    /** Answers whatever has no answer, and whatever comes, with this. */
    public void end(CoordinationException why) {
        end = why;
        unanswered.forEach(answer -> answer.completeExceptionally(why));
    }
}
