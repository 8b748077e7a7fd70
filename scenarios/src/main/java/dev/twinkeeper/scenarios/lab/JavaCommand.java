package dev.twinkeeper.scenarios.lab;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The command that starts another JVM with our class path. The process is independent of what a person exported for
 * other programs, and of the options that this JVM got: a collector that is chosen twice ends a JVM before it begins, and
 * a JAAS file of another cluster ends its sessions.
 */
public final class JavaCommand {
    /** What a JVM reads by itself, and credentials that are for ours only. */
    public static final List<String> VARIABLES =
            List.of("TWINKEEPER_AUTH", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH");

    /** From this release on a JVM warns of what ZooKeeper's libraries do. */
    private static final int WARNS = 24;

    private JavaCommand() {}

    /**
     * A process that is not started yet; directory and streams are the caller's.
     *
     * @param options of the JVM, behind ours
     */
    public static ProcessBuilder of(List<String> options, String main, List<String> arguments) {
        return of(List.of(), options, main, arguments);
    }

    /** @param first jars whose classes go before ours */
    static ProcessBuilder of(List<Path> first, List<String> options, String main, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Two equals signs: this file and no other, ~/.java.login.config included.
                "-Djava.security.auth.login.config==/dev/null",
                "-Dzookeeper.sasl.client=false",
                // ZooKeeper changes the case of words by the locale: a Turkish one has another i.
                "-Duser.language=en",
                "-Duser.country=",
                "-Dfile.encoding=UTF-8"));
        if (Runtime.version().feature() >= WARNS) {
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(first), main));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        VARIABLES.forEach(builder.environment()::remove);
        return builder;
    }

    /** Ours may be relative, and the process runs in another directory. */
    private static String classPath(List<Path> first) {
        return Stream.concat(
                        first.stream(),
                        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                                .map(Path::of))
                .map(each -> each.toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
