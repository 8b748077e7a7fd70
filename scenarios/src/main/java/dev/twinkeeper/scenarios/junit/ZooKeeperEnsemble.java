package dev.twinkeeper.scenarios.junit;

import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Wire;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class, or this test, get a real ensemble in this process. Parameters of tests, of {@code @BeforeEach} and
 * {@code @BeforeAll} methods, and of the constructor may be:
 *
 * <ul>
 *   <li>{@code @Connect String}: the connect string of all servers;
 *   <li>{@link Ensemble}: its servers can be killed and started, its quorum lost and restored;
 *   <li>{@link Wire}: a connection of its own to all servers, which can be cut, mended, slowed, and lose an answer; each such
 *       parameter is another one. Whoever connects to {@link Wire#connectString()} is on it.
 * </ul>
 *
 * <p>After each test wires are closed or mended, the servers that were killed are started again, and the tree is emptied, so
 * that each begins alike. Tests that share an ensemble must not run at the same time as each other.
 *
 * <p><b>Guarantees not made.</b> The servers do not force their log to the disk: they survive their own end, not the
 * machine's. A configuration or a quota below {@code /zookeeper} stays from test to test.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(EnsembleExtension.class)
public @interface ZooKeeperEnsemble {
    /** How many servers, 1 to 9. One is ready sooner; only three or more can lose one. */
    int servers() default 3;

    /** Who shares it. On a method it is that test's alone. */
    Sharing sharing() default Sharing.CLASS;

    /** Whether a follower can {@link Ensemble#fallBehind}; the start is a little slower then. */
    boolean laggingFollowers() default false;

    /** Who shares an ensemble. */
    enum Sharing {
        /** All tests of the class, its nested classes included; started once. */
        CLASS,
        /** Nobody: each test starts its own, which takes about a second. */
        METHOD
    }
}
