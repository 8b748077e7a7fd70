package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.scenarios.lab.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate authority of one moment, made with the JDK's {@code keytool}: it signs a certificate for the servers and
 * one for clients, and its key is thrown away.
 */
final class Certificates {
    static final String SERVER = "server.p12";
    static final String CLIENT = "client.p12";
    static final String TRUST = "trust.p12";
    static final String PASSWORD = "password";

    private static final String AUTHORITY = "authority.p12";

    /** A keytool is a JVM: a second or two, and longer on a busy machine. */
    private static final int PATIENCE_SECONDS = 60;

    /** An ensemble for trying things out lives no longer. */
    private static final String DAYS = "365";

    private final Path directory;

    /** @param directory exists, and is for its owner alone */
    Certificates(Path directory) {
        this.directory = directory;
    }

    /** Makes key stores, trust store, and the file of a client's properties. */
    void make(Path clientProperties) throws IOException {
        try {
            authority();
            identity("server", SERVER, "-ext", "san=dns:localhost,ip:127.0.0.1,ip:::1");
            identity("client", CLIENT, "-ext", "san=dns:localhost,ip:127.0.0.1,ip:::1");
        } finally {
            Files.deleteIfExists(directory.resolve(AUTHORITY));
            Files.deleteIfExists(directory.resolve("authority.crt"));
        }
        Files.writeString(
                clientProperties,
                String.join(
                        "\n",
                        "# For --tls-config, and for zkCli.sh -client-configuration in this directory.",
                        "zookeeper.client.secure=true",
                        "zookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty",
                        "zookeeper.ssl.keyStore.location=" + CLIENT,
                        "zookeeper.ssl.keyStore.passwordPath=" + PASSWORD,
                        "zookeeper.ssl.trustStore.location=" + TRUST,
                        "zookeeper.ssl.trustStore.passwordPath=" + PASSWORD,
                        ""));
    }

    private void authority() throws IOException {
        generate("authority", "-ext", "bc:c");
        keytool("-exportcert", "-keystore", AUTHORITY, "-alias", "authority", "-file", "authority.crt");
        keytool("-importcert", "-noprompt", "-keystore", TRUST, "-alias", "authority", "-file", "authority.crt");
    }

    private void identity(String name, String keyStore, String... extensions) throws IOException {
        List<String> more = new ArrayList<>(List.of("-signer", "authority"));
        more.addAll(List.of(extensions));
        generate(name, more.toArray(String[]::new));
        keytool(
                "-importkeystore",
                "-srckeystore",
                AUTHORITY,
                "-srcstorepass:file",
                PASSWORD,
                "-srcalias",
                name,
                "-destkeystore",
                keyStore,
                "-deststoretype",
                "PKCS12",
                "-deststorepass:file",
                PASSWORD);
    }

    private void generate(String alias, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-genkeypair", "-keystore", AUTHORITY, "-alias", alias));
        arguments.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", DAYS));
        arguments.addAll(List.of("-dname", "CN=twinkeeper " + alias));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
    }

    private void keytool(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        // Short-lived: not worth an optimizing compiler.
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of(arguments));
        if (!command.contains("-importkeystore")) {
            command.addAll(List.of("-storetype", "PKCS12", "-storepass:file", PASSWORD));
        }
        Path output = directory.resolve("keytool.out");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeAll(JavaCommand.VARIABLES);
        Process process = builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new EnsembleException("certificates in '" + directory + "': keytool " + arguments[0] + " failed: "
                        + Files.readString(output).strip().replaceAll("\\s+", " "));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EnsembleException("certificates in '" + directory + "': interrupted");
        }
        Files.delete(output);
    }

    /** A file that nobody but its owner reads, from its first moment on. */
    static void writePrivate(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }
}
