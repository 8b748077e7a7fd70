package dev.twinkeeper.cli;

import dev.twinkeeper.contract.Coordination;
import picocli.CommandLine.Option;

/** {@code --impl}: which implementation of the contract the role is of. */
final class ImplOption {
    @Option(
            names = "--impl",
            required = true,
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.Implementations.class,
            description = "raw (ZooKeeper's own asynchronous API) or curator (Apache Curator's recipes).")
    Coordination coordination;
}
