package dev.twinkeeper.scenarios.topics;

import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.ScenarioContext;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** What scenarios change of a role's settings. */
final class Given {
    /** A session that outlives every cut of a scenario: what is lost is the connection, and the watches' news. */
    static final UnaryOperator<Settings> LONG_SESSION =
            settings -> settings.withSessionTimeout(ScenarioContext.RECOVERY);

    /** The shortest retention there is. */
    static final UnaryOperator<Settings> SHORT_RETENTION = settings -> settings.withRetention(Duration.ofSeconds(3));

    private Given() {}
}
