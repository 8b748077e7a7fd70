package dev.twinkeeper.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.CoordinationException.Problem;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The implementations of another checkout, in a process of their own with servers of their own: this bench, with the
 * contract and the implementations of that checkout before ours on the class path. So both are measured by the same
 * instrument, and the other one needs no bench. While one of the two processes measures, the other one is idle.
 */
final class Checkout implements AutoCloseable {
    /** What is taken of the other checkout; the rest is ours. */
    private static final List<String> THEIRS = List.of("common", "raw-api", "curator-impl");

    /** Servers that start, and a JVM that is cold. */
    private static final long SLACK_SECONDS = 120;

    private static final long END_SECONDS = 10;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String name;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    private Checkout(String name, Process process) {
        this.name = name;
        this.process = process;
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** @throws CoordinationException where there is no built checkout */
    static Checkout start(Path directory, BenchRunner.Where where) throws IOException {
        String theirs = jars(directory).stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        List<String> options = ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-X"))
                .toList();
        List<String> arguments = List.of(
                where.connect().map(ConnectString::toString).orElse("-"),
                String.valueOf(where.servers()),
                String.valueOf(where.processes()),
                String.valueOf(where.sessionTimeout().toMillis()));
        ProcessBuilder builder = JavaCommand.of(options, CheckoutProcess.class.getName(), arguments);
        List<String> command = new ArrayList<>(builder.command());
        int classPath = command.indexOf("-cp") + 1;
        command.set(classPath, theirs + File.pathSeparator + command.get(classPath));
        builder.command(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        return new Checkout(directory.toAbsolutePath().normalize().getFileName().toString(), builder.start());
    }

    /** Their contract and their implementations, as their build put them beside their command line. */
    static List<Path> jars(Path directory) throws IOException {
        Path lib = directory.toAbsolutePath().normalize().resolve(Path.of("cli", "target", "lib"));
        List<Path> files = Collections.emptyList();
        if (Files.isDirectory(lib)) {
            try (Stream<Path> all = Files.list(lib)) {
                files = all.toList();
            }
        }
        List<Path> jars = new ArrayList<>();
        for (String module : THEIRS) {
            files.stream()
                    .filter(file -> file.getFileName().toString().matches("twinkeeper-" + module + "-\\d.*\\.jar"))
                    .forEach(jars::add);
        }
        if (jars.size() != THEIRS.size()) {
            throw CoordinationException.invalid(
                    "checkout",
                    directory.toString(),
                    "no built Twinkeeper is there; run ./twinkeeper --version in it first");
        }
        return jars;
    }

    Subject subject(String impl) {
        return new Of(impl);
    }

    /** One of its implementations. */
    private final class Of implements Subject {
        private final String impl;

        Of(String impl) {
            this.impl = impl;
        }

        @Override
        public String name() {
            return impl;
        }

        @Override
        public Optional<String> checkout() {
            return Optional.of(name);
        }

        @Override
        public Optional<String> refusal(BenchLoad workload) {
            return Optional.empty();
        }

        /** Chroot and meter are of the other process. */
        @Override
        public Measurement run(BenchLoad workload, Settings settings, ResourceMeter meter) throws Exception {
            requests.write(MAPPER.writeValueAsString(new Request(impl, workload)));
            requests.newLine();
            requests.flush();
            return Measurement.of(workload, answer(workload));
        }
    }

    /** What the other process is asked. */
    record Request(String impl, BenchLoad workload) {}

    private JsonNode answer(BenchLoad workload) throws Exception {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
        String text;
        try {
            text = line.get(workload.bound().toSeconds() + SLACK_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new CoordinationException(Problem.UNKNOWN, "the process of checkout '" + name + "' hangs");
        }
        JsonNode answer = parse(text);
        if (answer.has("problem")) {
            throw new CoordinationException(
                    problem(answer.path("problem").asText()),
                    "checkout '" + name + "': " + answer.path("message").asText());
        }
        return answer;
    }

    private String readLine() {
        try {
            String line = answers.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return "";
        }
    }

    private JsonNode parse(String text) {
        try {
            JsonNode answer = MAPPER.readTree(text);
            if (answer != null && answer.isObject()) {
                return answer;
            }
        } catch (JsonProcessingException e) {
            // The same as nothing.
        }
        throw new CoordinationException(
                Problem.CLOSED,
                "the process of checkout '" + name + "' ended, or said something else than a measurement");
    }

    private static Problem problem(String text) {
        return Arrays.stream(Problem.values())
                .filter(each -> each.name().equals(text))
                .findFirst()
                .orElse(Problem.CLOSED);
    }

    /** The process ends when it is asked for nothing more. */
    @Override
    public void close() {
        try {
            requests.close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
            }
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
