package dev.twinkeeper.cli;

import dev.twinkeeper.cli.ensemble.EnsembleException;
import dev.twinkeeper.cli.ensemble.EnsemblePlan;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.lab.TreeReader;
import java.util.List;
import java.util.Map;

/** Locks the root of an ensemble to its own credentials: without that, any credentials make and delete what they like. */
final class RootLock {
    private RootLock() {}

    /** Does it again where it was done before; the session of the lock is gone when this returns. */
    static void lock(EnsemblePlan plan) throws InterruptedException {
        Map<String, String> client = plan.doors().tls() ? TlsConfig.read(plan.tlsConfig()) : Map.of();
        Security.Credentials own = SecurityOptions.credentials(plan.authFile());
        Security security =
                Security.NONE.withClient(client).withCredentials(own).withAcl(List.of(own.grant()));
        Settings settings = Settings.connect(plan.connectString()).withSecurity(security);
        try (TreeReader tree = TreeReader.connect(settings)) {
            tree.lockRoot(own.grant());
        } catch (CoordinationException e) {
            throw new EnsembleException(
                    "the root can't be locked to the credentials in '" + plan.authFile() + "': " + e.getMessage());
        }
    }
}
