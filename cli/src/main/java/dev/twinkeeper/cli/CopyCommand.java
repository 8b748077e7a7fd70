package dev.twinkeeper.cli;

import dev.twinkeeper.cli.copy.Catalogue;
import dev.twinkeeper.cli.copy.Copier;
import dev.twinkeeper.cli.copy.Uses;
import dev.twinkeeper.contract.CoordinationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code twinkeeper copy}: a recipe or a role as source, for somebody's own project. */
@Command(
        name = "copy",
        description = {
            "Copies a small recipe, or a role (master, worker, client), into your project as source: with all that it needs,"
                    + " in your package, and nothing else of this project.",
            "Prints what was written, the dependency to add and a few lines of use. Each file says where it is from."
        })
final class CopyCommand implements Callable<Integer> {
    /** Java's own rule for names, in lower case as packages are. */
    private static final String PACKAGE = "[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)*";

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            completionCandidates = CompletionCandidates.Copied.class,
            description = "What to copy: --list has the names.")
    private String name;

    @Option(
            names = "--impl",
            defaultValue = "raw",
            paramLabel = "IMPL",
            completionCandidates = CompletionCandidates.Sides.class,
            description = "raw (ZooKeeper's own API) or curator (Apache Curator). Default: ${DEFAULT-VALUE}.")
    private String side;

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "Where your packages begin, such as src/main/java; made if missing.")
    private Path directory;

    @Option(
            names = "--package",
            paramLabel = "PACKAGE",
            defaultValue = "dev.twinkeeper",
            description = "Your package: replaces dev.twinkeeper in the copies. Default: ${DEFAULT-VALUE}.")
    private String packageName;

    @Option(names = "--force", description = "Overwrites existing files whose text differs.")
    private boolean force;

    @Option(names = "--list", description = "Lists what can be copied.")
    private boolean list;

    private final Terminal terminal;

    CopyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        // The launcher says where; a test of this module runs in the module's own directory.
        Path home = Path.of(System.getProperty("twinkeeper.home", ".."))
                .toAbsolutePath()
                .normalize();
        Catalogue catalogue = new Catalogue(home);
        List<Catalogue.Item> items = catalogue.items();
        if (items.isEmpty()) {
            throw new CommandException(
                    ExitCode.FAILURE, "sources '" + home + "': they are not there; run ./twinkeeper in its own clone");
        }
        if (list) {
            list(catalogue, items);
            return ExitCode.GOOD.code();
        }
        Catalogue.Item item = chosen(items);
        if (directory == null) {
            throw new CommandException(
                    ExitCode.USAGE, "--to is missing: say where your packages begin, as src/main/java");
        }
        if (!packageName.matches(PACKAGE)) {
            throw CoordinationException.invalid("package", packageName, "write it as com.example.locks");
        }
        write(catalogue, item);
        return ExitCode.GOOD.code();
    }

    private void list(Catalogue catalogue, List<Catalogue.Item> items) {
        for (Catalogue.Item each : items) {
            int files = catalogue.sources(each).size();
            terminal.say("%-26s --impl %-8s %3d files, %s"
                    .formatted(
                            each.name(),
                            each.side(),
                            files,
                            each.kind().equals(each.name()) ? each.type() : each.kind()));
        }
    }

    private Catalogue.Item chosen(List<Catalogue.Item> items) {
        if (!Catalogue.SIDES.contains(side)) {
            throw CoordinationException.invalid(
                    "implementation", side, "use one of " + String.join(", ", Nearest.first(side, Catalogue.SIDES)));
        }
        List<Catalogue.Item> ofSide =
                items.stream().filter(each -> each.side().equals(side)).toList();
        String wanted = name == null ? "" : name;
        Optional<Catalogue.Item> item = ofSide.stream()
                .filter(each -> each.name().equalsIgnoreCase(wanted))
                .findFirst();
        return item.orElseThrow(() -> CoordinationException.invalid(
                "name",
                wanted,
                "use one of "
                        + String.join(
                                ", ",
                                Nearest.first(
                                        wanted,
                                        ofSide.stream()
                                                .map(Catalogue.Item::name)
                                                .toList()))));
    }

    private void write(Catalogue catalogue, Catalogue.Item item) throws IOException {
        Properties versions = Main.Version.all();
        Copier copier = new Copier(directory, packageName, versions.getProperty("twinkeeper"));
        List<Path> written;
        try {
            written = copier.copy(catalogue.sources(item), force);
        } catch (Copier.InTheWay e) {
            throw new CommandException(
                    ExitCode.FAILURE,
                    "file '" + e.getMessage() + "': another one is there; nothing was written; --force writes over it");
        } catch (IOException e) {
            String why = Files.isRegularFile(directory)
                    ? "it is a file"
                    : e.getClass().getSimpleName() + ": " + e.getMessage();
            throw new CommandException(
                    ExitCode.FAILURE,
                    "directory '" + directory + "': cannot be written to (" + why
                            + "); nothing was written; choose another with --to");
        }
        written.forEach(file -> terminal.say("wrote " + file));
        if (written.isEmpty()) {
            terminal.say("nothing to write: all of it is there already");
        }
        terminal.say("");
        terminal.say(dependency(item, versions));
        terminal.say("");
        terminal.say(Uses.imports(item, packageName) + "\nString servers = \"localhost:2181\";"
                + "\nCompletableFuture<Object> told = new CompletableFuture<>();\n"
                + Uses.of(item).stripTrailing());
    }

    private static String dependency(Catalogue.Item item, Properties versions) {
        boolean raw = item.side().equals("raw");
        return """
                <dependency>
                  <groupId>%s</groupId>
                  <artifactId>%s</artifactId>
                  <version>%s</version>
                </dependency>""".formatted(
                        raw ? "org.apache.zookeeper" : "org.apache.curator",
                        raw ? "zookeeper" : "curator-recipes",
                        versions.getProperty(raw ? "zookeeper" : "curator"));
    }
}
