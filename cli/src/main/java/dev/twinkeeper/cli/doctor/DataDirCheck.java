package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.cli.doctor.Finding.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The data directory of one server, and its {@code myid}. */
final class DataDirCheck {
    /** Cleaned at a start of the machine, or after some days without use. */
    static final List<Path> CLEANED = Stream.of("/tmp", "/var/tmp", "/run", "/var/run", "/dev/shm")
            .map(Path::of)
            .toList();

    private static final int LONGEST_MYID = 1_000;

    private final ZooCfg config;
    private final List<Path> cleaned;
    private final List<Finding> findings = new ArrayList<>();

    private DataDirCheck(ZooCfg config, List<Path> cleaned) {
        this.config = config;
        this.cleaned = cleaned;
    }

    static List<Finding> of(ZooCfg config) {
        return of(config, CLEANED);
    }

    /** @param cleaned directories that are cleaned */
    static List<Finding> of(ZooCfg config, List<Path> cleaned) {
        DataDirCheck check = new DataDirCheck(config, cleaned);
        // A directory whose name is not the one that was meant is told of as a backslash.
        boolean misread = config.backslashes().contains("dataDir");
        if (!misread && config.path("dataDir").isPresent() && check.directory("dataDir")) {
            check.myid();
        }
        if (config.path("dataLogDir").isPresent()
                && !config.backslashes().contains("dataLogDir")
                && !config.path("dataLogDir").equals(config.path("dataDir"))) {
            check.directory("dataLogDir");
        }
        return check.findings;
    }

    /** Whether something can be in it. */
    private boolean directory(String key) {
        Path directory = config.path(key).orElseThrow();
        String where = key + " '" + directory + "' of " + config.file();
        for (Path each : cleaned) {
            if (directory.startsWith(each)) {
                add(
                        Kind.DATA_DIR,
                        where,
                        each + " is cleaned now and then, data and all",
                        "move it, to /var/lib/zookeeper for instance, and change " + key);
                break;
            }
        }
        if (!Files.exists(directory)) {
            add(
                    Kind.DATA_DIR,
                    where,
                    "it is missing",
                    "mkdir -p '" + directory + "', for the user who runs the server");
            return false;
        }
        if (!Files.isDirectory(directory)) {
            add(Kind.DATA_DIR, where, "it is a file", "name a directory");
            return false;
        }
        try {
            Path file = Files.createTempFile(directory, "twinkeeper-doctor-", ".tmp");
            Files.write(file, new byte[1]);
            Files.delete(file);
        } catch (IOException e) {
            add(
                    Kind.DATA_DIR,
                    where,
                    "nothing can be written there (" + e.getClass().getSimpleName() + ")",
                    "chown it to the user who runs the server, or make room on its disk");
        }
        return true;
    }

    private void myid() {
        if (!config.quorum()) {
            return;
        }
        Path myid = config.myid().orElseThrow();
        String where = "myid '" + myid + "'";
        String numbers = config.serverLines().keySet().stream().sorted().collect(Collectors.joining(", "));
        String mend =
                "write the N of this server's own server.N line into it, one of " + numbers + ": echo N > " + myid;
        if (!Files.exists(myid)) {
            add(Kind.MYID, where, "it is missing", mend);
            return;
        }
        try {
            byte[] content = Files.size(myid) > LONGEST_MYID ? new byte[0] : Files.readAllBytes(myid);
            content(where, content, numbers, mend);
        } catch (IOException e) {
            add(
                    Kind.MYID,
                    where,
                    "it can't be read (" + e.getClass().getSimpleName() + ")",
                    "let the user who runs the server read it; " + mend);
        }
    }

    private void content(String where, byte[] content, String numbers, String mend) {
        Optional<Long> number = Myid.number(content);
        if (number.isEmpty()) {
            List<String> invisible = Myid.invisible(content);
            String line = Myid.firstLine(content).replaceAll("[^!-~]", "·");
            String shown = line.length() > 20 ? line.substring(0, 20) + "…" : line;
            String why = invisible.isEmpty()
                    ? ""
                    : ": " + String.join(", ", invisible.subList(0, Math.min(5, invisible.size())));
            add(Kind.MYID, where, "'" + shown + "' is no plain number" + why, mend);
        } else if (!config.serverLines().containsKey(String.valueOf(number.get()))) {
            add(
                    Kind.MYID,
                    where,
                    "it holds " + number.get() + ", and " + config.file() + " has lines for " + numbers + " only",
                    mend);
        }
    }

    private void add(Kind kind, String where, String what, String mend) {
        findings.add(new Finding(kind, where, what, mend));
    }
}
