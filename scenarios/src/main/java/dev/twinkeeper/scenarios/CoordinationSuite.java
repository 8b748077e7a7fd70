package dev.twinkeeper.scenarios;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * The suite: all scenarios, as JUnit tests, for whatever implementation a subclass casts.
 *
 * <pre>{@code
 * class MyCoordinationTest extends CoordinationSuite {
 *     @Override
 *     protected Cast cast() {
 *         return Cast.of(new MyCoordination());
 *     }
 * }
 * }</pre>
 */
public abstract class CoordinationSuite {
    /** Who plays. */
    protected abstract Cast cast();

    @TestFactory
    Stream<DynamicNode> scenarios() {
        return Stream.of(DynamicContainer.dynamicContainer(cast().name(), Stream.of()));
    }
}
