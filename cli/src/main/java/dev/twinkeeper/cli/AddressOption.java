package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Settings;
import picocli.CommandLine.Option;

/** {@code --address}: what a role writes of itself into its znode. */
final class AddressOption {
    @Option(
            names = "--address",
            paramLabel = "WORD",
            description = "What the role writes into its znode, so that a person finds the process. Default: PID@HOST.")
    private String address;

    Settings in(Settings settings) {
        return address == null ? settings : settings.withAddress(address);
    }
}
