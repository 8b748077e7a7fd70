package dev.twinkeeper.scenarios;

import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.recipes.Recipes;
import java.util.List;

/** What is under test: which implementation the n-th master, worker and client of a scenario is of. Counted from 0. */
public interface Implementations {
    /** A name for reports: {@code raw}, {@code curator}, {@code mixed}. */
    String name();

    Coordination master(int n);

    Coordination worker(int n);

    Coordination client(int n);

    /** Which recipe the n-th participant of a recipe's scenario uses. */
    default Recipes recipes(int n) {
        throw new IllegalStateException(name() + " brings no recipes");
    }

    /** Whose recipes are under test; none where {@link #recipes} brings none. */
    default List<Recipes> recipeSides() {
        return List.of();
    }

    /** One implementation for all roles. */
    static Implementations of(Coordination coordination) {
        return new Alternating(coordination.name(), coordination, coordination);
    }

    /** These, with recipes of {@code a} and {@code b} in turns. */
    default Implementations with(Recipes a, Recipes b) {
        return new WithRecipes(this, a, b);
    }

    /** Recipes alone. */
    static Implementations ofRecipes(Recipes recipes) {
        return new Alternating(recipes.name(), null, null).with(recipes, recipes);
    }

    /** Both in turns: the first master and client are of {@code a}, the first worker is of {@code b}. */
    static Implementations mixed(Coordination a, Coordination b) {
        return new Alternating("mixed", a, b);
    }

    /** Masters and clients begin with {@code a}, workers with {@code b}, so that even one of each is mixed. */
    record Alternating(String name, Coordination a, Coordination b) implements Implementations {
        @Override
        public Coordination master(int n) {
            return n % 2 == 0 ? a : b;
        }

        @Override
        public Coordination worker(int n) {
            return n % 2 == 0 ? b : a;
        }

        @Override
        public Coordination client(int n) {
            return n % 2 == 0 ? a : b;
        }
    }

    /** Implementations with recipes. */
    record WithRecipes(Implementations roles, Recipes a, Recipes b) implements Implementations {
        @Override
        public String name() {
            return a.name().equals(b.name()) ? roles.name() : "mixed";
        }

        @Override
        public Coordination master(int n) {
            return roles.master(n);
        }

        @Override
        public Coordination worker(int n) {
            return roles.worker(n);
        }

        @Override
        public Coordination client(int n) {
            return roles.client(n);
        }

        @Override
        public Recipes recipes(int n) {
            return n % 2 == 0 ? a : b;
        }

        @Override
        public List<Recipes> recipeSides() {
            return List.of(a, b);
        }
    }
}
