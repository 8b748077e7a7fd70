/**
 * The command line: every command of {@code ./twinkeeper}, one a file. It knows all modules, and no module knows it.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.Main} puts the commands together and turns every failure into one
 * line and an {@link dev.twinkeeper.cli.ExitCode}. Then the commands as a newcomer meets them: {@code CompareCommand},
 * {@code EnsembleCommand}, {@code MasterCommand}, {@code WorkerCommand}, {@code SubmitCommand}, {@code StatusCommand},
 * {@code DemoCommand}, {@code TortureCommand}. {@link dev.twinkeeper.cli.Narrator} prints what happens to a role;
 * {@link dev.twinkeeper.cli.Stay} keeps a role running until it is told to end.
 */
package dev.twinkeeper.cli;
