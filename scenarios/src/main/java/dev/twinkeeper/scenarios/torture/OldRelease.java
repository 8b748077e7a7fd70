package dev.twinkeeper.scenarios.torture;

import dev.twinkeeper.scenarios.lab.ChildProcess;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The jars of an older ZooKeeper, for servers only: they go before our class path, which has what both releases need. They
 * come from the local Maven repository, where Maven puts them when they are asked for the first time.
 *
 * @param jars empty where they are not to be had
 * @param why not
 */
record OldRelease(List<Path> jars, String why) {
    static final String VERSION = "3.8.4";

    /** Two small jars; a machine without a network is not to hold up the run. */
    private static final long FETCH_MS = 90_000;

    private static final List<String> ARTIFACTS = List.of("zookeeper", "zookeeper-jute");

    /** The version is that of our own build. */
    private static final String GET = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";

    /** None is wanted. */
    static OldRelease none() {
        return new OldRelease(List.of(), "ZooKeeper " + VERSION + " was not asked for");
    }

    /**
     * Looks, and fetches what is missing where the project's Maven is at hand.
     *
     * @param project the project's directory
     * @param out where Maven's words go
     */
    static OldRelease find(Path project, Path out) {
        Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
        Path maven = project.resolve("mvnw");
        if (!isIn(repository) && Files.isExecutable(maven)) {
            fetch(maven, project, out.resolve("maven.txt"));
        }
        return isIn(repository)
                ? new OldRelease(jars(repository).toList(), "")
                : new OldRelease(
                        List.of(),
                        "ZooKeeper " + VERSION + " is not in " + repository + ", and Maven did not fetch it");
    }

    private static Stream<Path> jars(Path repository) {
        return ARTIFACTS.stream()
                .map(artifact -> repository
                        .resolve("org/apache/zookeeper")
                        .resolve(artifact)
                        .resolve(VERSION)
                        .resolve(artifact + "-" + VERSION + ".jar"));
    }

    private static boolean isIn(Path repository) {
        return jars(repository).allMatch(Files::isRegularFile);
    }

    private static void fetch(Path maven, Path project, Path output) {
        for (String artifact : ARTIFACTS) {
            ProcessBuilder get = new ProcessBuilder(
                    maven.toString(),
                    "-q",
                    "-B",
                    "-N",
                    GET,
                    "-Dtransitive=false",
                    "-Dartifact=org.apache.zookeeper:" + artifact + ":" + VERSION);
            try {
                ChildProcess process =
                        ChildProcess.start(get, project, ProcessBuilder.Redirect.appendTo(output.toFile()));
                if (!process.endsWithin(FETCH_MS)) {
                    process.kill();
                    return;
                }
            } catch (UncheckedIOException e) {
                return;
            }
        }
    }

    /** Whether a server's own word for its release means this one. */
    static boolean is(String word) {
        return word.startsWith(VERSION + "-");
    }
}
