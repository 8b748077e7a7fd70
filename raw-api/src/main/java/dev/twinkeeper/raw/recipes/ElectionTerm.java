package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Election.Term;
import java.util.Optional;

/** The term of an {@link ElectionRecipe}'s candidate, and who is told of its beginning and its end. */
final class ElectionTerm {
    private final Election.Listener listener;
    private volatile Term term;

    ElectionTerm(Election.Listener listener) {
        this.listener = listener;
    }

    /** From any thread. */
    Optional<Term> get() {
        return Optional.ofNullable(term);
    }

    void begin(Term begun) {
        term = begun;
        tell(() -> listener.elected(begun));
    }

    /** Does nothing where there is none. */
    void end() {
        Term over = term;
        term = null;
        if (over != null) {
            tell(() -> listener.deposed(over));
        }
    }

    /** What a listener throws is told as any thread's would be; it must not stop us in the middle. */
    static void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            Thread here = Thread.currentThread();
            here.getUncaughtExceptionHandler().uncaughtException(here, e);
        }
    }
}
