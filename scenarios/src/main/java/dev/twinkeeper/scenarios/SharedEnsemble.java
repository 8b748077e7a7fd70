package dev.twinkeeper.scenarios;

import dev.twinkeeper.scenarios.lab.Ensemble;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one ensemble of this run: started when it is first asked for, closed when all tests are over. */
public final class SharedEnsemble implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedEnsemble.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Ensemble.class;
    }

    @Override
    public Ensemble resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // The root store closes what it holds at the end of the run.
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Ensemble.class, unused -> Ensemble.start(), Ensemble.class);
    }
}
