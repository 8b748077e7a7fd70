package dev.twinkeeper.cli;

import dev.twinkeeper.cli.playground.Playground;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code twinkeeper play}: both ways side by side, in a browser. */
@Command(
        name = "play",
        description = {
            "Starts an ensemble of three server processes and two clusters on it, raw and Curator, and shows a page on"
                    + " which you break both at once.",
            "Each cluster has two masters, three workers and a client, all processes of their own. Everything listens on"
                    + " 127.0.0.1 only.",
            "Ctrl-C or SIGTERM ends every process; nothing is kept."
        })
final class PlaygroundCommand implements Runnable {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8282",
            description = "Where the page is, from 1024 on; 0 for a free one. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--no-browser", description = "Does not try to open a browser.")
    private boolean noBrowser;

    @Mixin
    private LogOption log;

    private final Terminal terminal;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    PlaygroundCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        log.open("play", terminal);
        Path home = Path.of(System.getProperty("twinkeeper.home", "."));
        Playground playground = new Playground(
                port,
                home,
                event -> Narration.of(event)
                        .map(told -> new Playground.Words(
                                told.text(), told.tone().name().toLowerCase(Locale.ROOT))));
        CompletableFuture.runAsync(() -> start(playground)).whenComplete(this::onStarted);
        Stay.until(ended, playground::close, terminal);
    }

    private void start(Playground playground) {
        String url = "http://127.0.0.1:" + playground.port() + "/";
        try {
            playground.open();
            terminal.say(url);
            if (!noBrowser) {
                openBrowser(url);
            }
            playground.start();
        } catch (InterruptedException e) {
            throw new CommandException(ExitCode.FAILURE, "interrupted while the servers started");
        }
        terminal.say("15 processes run: 3 servers, 12 roles. Ctrl-C ends them all.");
    }

    private void onStarted(Void nothing, Throwable problem) {
        if (problem != null) {
            ended.completeExceptionally(ErrorHandler.unwrap(problem));
        }
    }

    /** Where there is no screen, or nothing that opens a page, the address is all that a person needs. */
    private void openBrowser(String url) {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean screen = System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
        List<String> command = os.contains("mac")
                ? List.of("open", url)
                : os.contains("win") ? List.of("cmd", "/c", "start", url) : List.of("xdg-open", url);
        if (command.get(0).equals("xdg-open") && !screen) {
            terminal.say("no screen here: open that address in a browser yourself");
            return;
        }
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LoggerFactory.getLogger(PlaygroundCommand.class).debug("no browser", e);
            terminal.say("no browser found: open that address yourself");
        }
    }
}
