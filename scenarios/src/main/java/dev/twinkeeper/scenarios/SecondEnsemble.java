package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Ensemble;
import java.util.Optional;

/**
 * An ensemble beside that of a scenario, of the same size, with a chroot and participants of its own. It belongs to the
 * scenario, which may fault it: starting it costs about a second. Where it is closed, its participants are closed and
 * the safety rules are checked on its own transaction logs, as at the end of every scenario.
 *
 * <p>Used by the thread of the scenario only.
 */
public final class SecondEnsemble implements AutoCloseable {
    private final Ensemble ensemble;
    private final ScenarioContext context;

    private SecondEnsemble(Ensemble ensemble, ScenarioContext context) {
        this.ensemble = ensemble;
        this.context = context;
    }

    /** Starts it, for the scenario of that context; returns when it serves. */
    public static SecondEnsemble beside(ScenarioContext first) {
        Ensemble ensemble = Ensemble.start(first.ensemble().servers().size());
        return new SecondEnsemble(ensemble, first.on(ensemble));
    }

    /** Makes and ends the participants there. */
    public ScenarioContext context() {
        return context;
    }

    /** @throws AssertionError for what was wrong there: its broken rules are those of the scenario */
    @Override
    public void close() {
        try (ensemble) {
            ensemble.restore();
            Optional<Throwable> wrong = new Teardown(context).end(Optional.empty());
            if (wrong.isPresent()) {
                throw (AssertionError) wrong.get();
            }
        }
    }
}
