package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Security;
import java.nio.file.Path;
import java.util.Map;

/** The readers of {@code --auth-file} and {@code --tls-config}, for those who give them whatever bytes. */
public final class ForeignSecurityFiles {
    private ForeignSecurityFiles() {}

    public static Security.Credentials auth(Path file) {
        return SecurityOptions.credentials(file);
    }

    public static Map<String, String> tls(Path file) {
        return TlsConfig.read(file);
    }
}
