package dev.twinkeeper.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** {@code ./twinkeeper}: puts the commands together, runs one, and exits with its {@link ExitCode}. */
@Command(
        name = "twinkeeper",
        description = {
            "Master and workers on ZooKeeper, twice: by hand on the raw asynchronous API, and with Curator's recipes.",
            "",
            "Begin with four terminals:",
            "  ./twinkeeper ensemble",
            "  ./twinkeeper master --impl raw --connect localhost:2181 --id m1",
            "  ./twinkeeper worker --impl curator --connect localhost:2182 --id w1",
            "  ./twinkeeper submit --impl raw --connect localhost:2183 hello",
            ""
        })
public final class Main implements Runnable {
    private final Terminal terminal;
    private CommandLine line;

    private Main(Terminal terminal) {
        this.terminal = terminal;
    }

    public static void main(String[] arguments) {
        // Numbers and words look the same everywhere; programs read them.
        Locale.setDefault(Locale.ROOT);
        Terminal terminal = Terminal.ofProcess();
        System.exit(run(terminal, arguments));
    }

    /** Runs one command; returns how the process is to exit. */
    static int run(Terminal terminal, String... arguments) {
        return terminal.end(commandLine(terminal).execute(arguments));
    }

    static CommandLine commandLine(Terminal terminal) {
        Main main = new Main(terminal);
        CommandLine line = new CommandLine(main);
        main.line = line;
        line.addSubcommand(new CompareCommand(terminal));
        line.addSubcommand(new ReportCommand(terminal));
        line.addSubcommand(new PlaygroundCommand(terminal));
        line.addSubcommand(new DemoCommand(terminal));
        line.addSubcommand(new EnsembleCommand(terminal));
        line.addSubcommand(new MasterCommand(terminal));
        line.addSubcommand(new WorkerCommand(terminal));
        CommandLine submit = new CommandLine(new SubmitCommand(terminal));
        line.addSubcommand(submit);
        line.addSubcommand(new StatusCommand(terminal));
        line.addSubcommand(new DoctorCommand(terminal));
        CommandLine zkcli = new CommandLine(new ZkCliCommand(terminal));
        line.addSubcommand(zkcli);
        line.addSubcommand(new CopyCommand(terminal));
        line.addSubcommand(new BenchCommand(terminal));
        line.addSubcommand(new CheckCommand(terminal));
        line.addSubcommand(new IntrudeCommand(terminal));
        line.addSubcommand(new TortureCommand(terminal));
        line.addSubcommand(new CompletionCommand(terminal));

        Converters.register(line);
        ErrorHandler faults = new ErrorHandler(terminal);
        line.setParameterExceptionHandler(faults::onArguments);
        line.setExecutionExceptionHandler(faults::onExecution);
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(terminal.colour() ? Ansi.ON : Ansi.OFF));
        // A command such as @home is the user's, not the name of a file with arguments.
        line.setExpandAtFiles(false);
        // What follows the first word of a command belongs to that command: submit ls -l.
        submit.setStopAtPositional(true);
        zkcli.setStopAtPositional(true);
        describe(line);
        // An alias is one more key of the same command.
        line.getSubcommands().values().stream().distinct().forEach(Main::describe);
        return line;
    }

    /** What every command has: help, version, and the exit codes at the foot. */
    private static void describe(CommandLine line) {
        line.addMixin("standard", new Standard());
        line.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(ExitCode.list());
        line.setUsageHelpAutoWidth(false);
    }

    @Override
    public void run() {
        line.usage(line.getOut());
    }

    /** {@code --help} and {@code --version}. */
    @Command(versionProvider = Version.class)
    static final class Standard {
        @Option(
                names = {"-h", "--help"},
                usageHelp = true,
                description = "Shows this.")
        private boolean help;

        @Option(
                names = {"-V", "--version"},
                versionHelp = true,
                description = "Shows the versions of Twinkeeper, ZooKeeper, Curator and Java.")
        private boolean version;
    }

    /** The versions, as the build wrote them down. */
    static final class Version implements IVersionProvider {
        static Properties all() throws IOException {
            Properties versions = new Properties();
            try (InputStream file = Main.class.getResourceAsStream("version.properties")) {
                versions.load(file);
            }
            return versions;
        }

        @Override
        public String[] getVersion() throws IOException {
            Properties versions = all();
            return new String[] {
                "twinkeeper " + versions.getProperty("twinkeeper") + " (ZooKeeper "
                        + versions.getProperty("zookeeper") + ", Curator " + versions.getProperty("curator")
                        + ", Java " + Runtime.version() + ")"
            };
        }
    }
}
