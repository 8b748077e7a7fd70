package dev.twinkeeper.cli;

import dev.twinkeeper.cli.copy.Catalogue;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.torture.TortureOptions;
import java.util.ArrayList;
import java.util.List;

/** What a shell may offer as the value of an option; picocli makes them, so each is a class. */
final class CompletionCandidates {
    private CompletionCandidates() {}

    private abstract static class Words extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        Words(List<String> words) {
            super(words);
        }
    }

    /** Each implementation of the contract. */
    static final class Implementations extends Words {
        private static final long serialVersionUID = 1L;

        Implementations() {
            super(Coordination.all().stream().map(Coordination::name).toList());
        }
    }

    /** Those, and a mixture of them. */
    static final class WithMixed extends Words {
        private static final long serialVersionUID = 1L;

        WithMixed() {
            super(new Implementations());
            add(TortureOptions.MIXED);
        }
    }

    /** The two sides, where there are no variants. */
    static final class Sides extends Words {
        private static final long serialVersionUID = 1L;

        Sides() {
            super(Catalogue.SIDES);
        }
    }

    /** What can be copied of either side. */
    static final class Copied extends Words {
        private static final long serialVersionUID = 1L;

        Copied() {
            super(Recipes.NAMES);
            addAll(Catalogue.ROLES);
        }
    }

    /** The shells. */
    static final class Shells extends Words {
        private static final long serialVersionUID = 1L;

        Shells() {
            super(CompletionCommand.SHELLS);
        }
    }
}
