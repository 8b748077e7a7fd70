package dev.twinkeeper.scenarios.junit;

import dev.twinkeeper.scenarios.junit.ZooKeeperEnsemble.Sharing;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Wire;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What {@link ZooKeeperEnsemble} does. Keeps to what JUnit 5.9 and 6 have alike: it closes what it holds itself, since what a
 * store closes is told by another interface in each of them.
 */
final class EnsembleExtension
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(EnsembleExtension.class);

    /** An annotation, and the class or the test that has it. */
    private record Owner(ExtensionContext context, ZooKeeperEnsemble annotation) {}

    @Override
    public void beforeAll(ExtensionContext context) {
        owner(context).filter(owner -> owner.context == context).ifPresent(EnsembleExtension::held);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        owner(context).ifPresent(EnsembleExtension::held);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Owner owner = owner(context).orElseThrow();
        if (owner.context == context) {
            close(context);
        } else {
            held(owner).afterEach();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        // A nested class finds the ensemble of the class around it, which still needs it.
        owner(context).filter(owner -> owner.context == context).ifPresent(owner -> close(context));
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Ensemble.class
                || type == Wire.class
                || type == String.class && parameter.isAnnotated(Connect.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Held held = held(owner(context)
                .orElseThrow(() -> new ParameterResolutionException(
                        "each test has an ensemble of its own: take it as a parameter of the test or of a @BeforeEach"
                                + " method, not in @BeforeAll or a constructor")));
        Class<?> type = parameter.getParameter().getType();
        if (type == Wire.class) {
            return held.wire(context.getTestMethod().isPresent());
        }
        return type == Ensemble.class ? held.ensemble() : held.ensemble().connectString();
    }

    /** The test's own annotation, else that of its class or of the nearest class around it; empty where none is in force. */
    private static Optional<Owner> owner(ExtensionContext context) {
        Optional<ZooKeeperEnsemble> onMethod =
                context.getTestMethod().map(method -> method.getAnnotation(ZooKeeperEnsemble.class));
        if (onMethod.isPresent()) {
            return Optional.of(new Owner(context, onMethod.get()));
        }
        Optional<ExtensionContext> each = Optional.of(context);
        while (each.isPresent()) {
            boolean ofClass = each.get().getTestMethod().isEmpty();
            ZooKeeperEnsemble annotation = each.get()
                    .getTestClass()
                    .map(type -> type.getAnnotation(ZooKeeperEnsemble.class))
                    .orElse(null);
            if (annotation != null && annotation.sharing() == Sharing.METHOD) {
                return context.getTestMethod().map(method -> new Owner(context, annotation));
            }
            if (annotation != null && ofClass) {
                return Optional.of(new Owner(each.get(), annotation));
            }
            each = each.get().getParent();
        }
        return Optional.empty();
    }

    /** The owner's ensemble; started where it is first asked for. */
    private static Held held(Owner owner) {
        Store store = owner.context.getStore(NAMESPACE);
        synchronized (EnsembleExtension.class) {
            Held held = store.get(owner.context.getUniqueId(), Held.class);
            if (held == null) {
                ZooKeeperEnsemble wanted = owner.annotation;
                held = new Held(
                        wanted.laggingFollowers()
                                ? Ensemble.startWithWays(wanted.servers())
                                : Ensemble.start(wanted.servers()));
                store.put(owner.context.getUniqueId(), held);
            }
            return held;
        }
    }

    private static void close(ExtensionContext context) {
        Held held = context.getStore(NAMESPACE).remove(context.getUniqueId(), Held.class);
        if (held != null) {
            held.close();
        }
    }
}
