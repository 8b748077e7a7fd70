package dev.twinkeeper.cli.ensemble;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An ensemble on the disk: made where nothing is, and looked over where it was made before. Every mistake that people
 * make in setting up an ensemble by hand is named, with the file and what belongs there.
 */
public final class EnsembleDirectory {
    /** Says whose directory it is, and how many servers live there. */
    private static final String MARKER = "twinkeeper-ensemble";

    /** A pid file is written right after its process has begun; a clock may be set a little in between. */
    private static final Duration CLOCKS = Duration.ofSeconds(5);

    private final EnsemblePlan plan;

    public EnsembleDirectory(EnsemblePlan plan) {
        this.plan = plan;
    }

    /**
     * What there is to start.
     *
     * @param written the files that were written
     * @param fit the servers that can be started: a majority
     * @param unfit why the others can't, a line for each
     */
    public record Prepared(List<Path> written, List<EnsemblePlan.Server> fit, List<String> unfit) {}

    /**
     * Makes the directory ready for a start. A server with a mistake in its own files is left as it is, if the others
     * are a majority.
     *
     * @throws EnsembleException where something is in the way
     */
    public Prepared prepare() {
        try {
            checkOwner();
            checkNotRunning();
            plan.servers().forEach(this::checkPorts);
            List<Path> written = new ArrayList<>();
            write(written, marker(), "servers=" + plan.size() + "\n");
            written.addAll(new Secrets(plan).prepare());
            List<EnsemblePlan.Server> fit = new ArrayList<>();
            List<String> unfit = new ArrayList<>();
            for (EnsemblePlan.Server server : plan.servers()) {
                try {
                    prepare(server, written);
                    fit.add(server);
                } catch (EnsembleException mistake) {
                    unfit.add(mistake.getMessage());
                }
            }
            if (fit.size() <= plan.size() / 2) {
                throw new EnsembleException(unfit.get(0));
            }
            return new Prepared(written, fit, unfit);
        } catch (IOException e) {
            throw new EnsembleException("directory '" + plan.directory() + "': cannot be written to ("
                    + e.getClass().getSimpleName() + ": " + e.getMessage() + "); choose another with --dir");
        }
    }

    private Path marker() {
        return plan.directory().resolve(MARKER);
    }

    private void checkOwner() throws IOException {
        if (!Files.exists(plan.directory())) {
            Files.createDirectories(plan.directory());
            return;
        }
        if (!Files.isDirectory(plan.directory())) {
            throw new EnsembleException(
                    "directory '" + plan.directory() + "': it is a file; choose another with --dir");
        }
        if (!Files.exists(marker())) {
            try (Stream<Path> files = Files.list(plan.directory())) {
                if (files.findAny().isPresent()) {
                    throw new EnsembleException("directory '" + plan.directory()
                            + "': it belongs to something else (not empty, and no file '" + MARKER
                            + "' in it); choose another with --dir");
                }
            }
            return;
        }
        checkSize(Files.readString(marker()).strip());
    }

    /** Data of three servers is no data of five: who would hold the majority of what was written before? */
    private void checkSize(String marked) {
        if (!marked.equals("servers=" + plan.size())) {
            throw new EnsembleException("directory '" + plan.directory() + "': it holds an ensemble of '" + marked
                    + "', not of " + plan.size() + "; start it with as many --servers, or choose another with --dir");
        }
    }

    private void checkNotRunning() throws IOException {
        List<String> running = new ArrayList<>();
        StringBuilder pids = new StringBuilder();
        for (EnsemblePlan.Server server : plan.servers()) {
            Optional<ProcessHandle> process = running(server);
            if (process.isPresent()) {
                running.add("server." + server.number());
                pids.append(' ').append(process.get().pid());
            }
        }
        if (!running.isEmpty()) {
            throw new EnsembleException("directory '" + plan.directory() + "': still running from before: "
                    + String.join(", ", running) + "; end them with: kill" + pids);
        }
    }

    /** The process of the pid file, unless it is gone and its number is another's by now. */
    private static Optional<ProcessHandle> running(EnsemblePlan.Server server) throws IOException {
        if (!Files.exists(server.pidFile())) {
            return Optional.empty();
        }
        String pid = Files.readString(server.pidFile()).strip();
        Instant written = Files.getLastModifiedTime(server.pidFile()).toInstant();
        return pid.matches("[0-9]{1,18}")
                ? ProcessHandle.of(Long.parseLong(pid))
                        .filter(ProcessHandle::isAlive)
                        .filter(process -> began(process).isBefore(written.plus(CLOCKS)))
                : Optional.empty();
    }

    private static Instant began(ProcessHandle process) {
        return process.info().startInstant().orElse(Instant.MIN);
    }

    private void checkPorts(EnsemblePlan.Server server) {
        checkPort(plan.doors().bind(), server.clientPort(), "clients of", server, "--client-port");
        if (plan.standalone()) {
            return;
        }
        InetAddress loopback = InetAddress.getLoopbackAddress();
        checkPort(loopback, server.peerPort(), "followers of", server, "--peer-port");
        checkPort(loopback, server.electionPort(), "elections at", server, "--election-port");
    }

    private static void checkPort(
            InetAddress address, int port, String purpose, EnsemblePlan.Server server, String option) {
        try (ServerSocket socket = new ServerSocket()) {
            // As the servers do: what a closed connection left behind is no obstacle.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new EnsembleException("port '" + port + "' (" + purpose + " server " + server.number()
                    + "): taken by another program (" + e.getMessage() + "); choose others with " + option);
        }
    }

    private void prepare(EnsemblePlan.Server server, List<Path> written) throws IOException {
        if (Files.exists(server.directory())) {
            checkMyid(server);
        } else {
            Files.createDirectories(server.data());
            write(written, server.myid(), server.number() + "\n");
        }
        write(written, server.config(), ZooConfig.text(plan, server));
    }

    private static void checkMyid(EnsemblePlan.Server server) throws IOException {
        String wanted = "it must hold the number " + server.number() + " and nothing else; write it, or remove '"
                + server.directory() + "' to begin this server anew";
        if (!Files.exists(server.myid())) {
            throw new EnsembleException("myid '" + server.myid() + "': it is missing; " + wanted);
        }
        // ZooKeeper reads the first line and nothing else, and takes no blank beside the number.
        String found = firstLine(server.myid());
        if (!found.equals(String.valueOf(server.number()))) {
            String shown = found.length() <= 20 ? found : found.substring(0, 20) + "…";
            throw new EnsembleException("myid '" + server.myid() + "': it holds '" + shown + "'; " + wanted);
        }
    }

    /** Up to the end of the line; a letter for each byte, so that nothing is hidden. */
    private static String firstLine(Path myid) {
        try {
            String text = Files.readString(myid, StandardCharsets.ISO_8859_1);
            return text.lines().findFirst().orElse("");
        } catch (IOException e) {
            throw new EnsembleException("myid '" + myid + "': it can't be read ("
                    + e.getClass().getSimpleName() + "); let this user read it");
        }
    }

    private static void write(List<Path> written, Path file, String text) throws IOException {
        Files.writeString(file, text);
        written.add(file);
    }
}
