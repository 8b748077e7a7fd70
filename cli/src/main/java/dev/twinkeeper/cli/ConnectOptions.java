package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Settings;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code --connect} and how long to wait for it. */
final class ConnectOptions {
    @Option(
            names = "--connect",
            required = true,
            paramLabel = "HOSTS[/CHROOT]",
            description = "The servers, as host:port,host:port, and the path below which everything stands.")
    ConnectString connect;

    @Option(
            names = "--connect-timeout",
            paramLabel = "TIME",
            defaultValue = "15s",
            description = "How long to wait for a first connection. Default: ${DEFAULT-VALUE}.")
    private Duration connectTimeout;

    @Option(
            names = "--session-timeout",
            paramLabel = "TIME",
            defaultValue = "6s",
            description = "How long the ensemble waits for a silent participant before it ends its session; the servers"
                    + " bound it. Default: ${DEFAULT-VALUE}.")
    private Duration sessionTimeout;

    @Mixin
    private SecurityOptions security;

    Settings settings() {
        return Settings.connect(connect.toString())
                .withConnectTimeout(connectTimeout)
                .withSessionTimeout(sessionTimeout)
                .withSecurity(security.security());
    }
}
