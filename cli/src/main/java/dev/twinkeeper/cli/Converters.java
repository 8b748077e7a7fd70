package dev.twinkeeper.cli;

import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Durations;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.TaskId;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.recipes.Recipes;
import java.time.Duration;
import picocli.CommandLine;

/** The contract's own types as arguments: what the contract refuses is refused with the contract's words. */
final class Converters {
    private Converters() {}

    static void register(CommandLine command) {
        command.registerConverter(Duration.class, Durations::parse)
                .registerConverter(ConnectString.class, ConnectString::parse)
                .registerConverter(Coordination.class, Coordination::named)
                .registerConverter(Recipes.class, Recipes::named)
                .registerConverter(MasterId.class, MasterId::new)
                .registerConverter(WorkerId.class, WorkerId::new)
                .registerConverter(TaskId.class, Converters::task)
                .registerConverter(BenchCommand.Mode.class, BenchCommand.Mode::parse);
    }

    /** People paste whole paths; the name is the last element. */
    private static TaskId task(String text) {
        return new TaskId(text.substring(text.lastIndexOf('/') + 1));
    }
}
