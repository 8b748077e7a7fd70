package dev.twinkeeper.contract;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The name of this machine, as people know it. */
final class HostName {
    /** The kernel's own word: asking the resolver may take seconds where DNS is down. */
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private static final String OWN = find();

    private HostName() {}

    /** One word; {@code localhost} where nobody knows. */
    static String own() {
        return OWN;
    }

    private static String find() {
        String name = ask().strip();
        try {
            NodeName.checkWord("host name", name);
            return name;
        } catch (CoordinationException nameless) {
            return "localhost";
        }
    }

    private static String ask() {
        try {
            return Files.readString(KERNEL);
        } catch (IOException notLinux) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                return "";
            }
        }
    }
}
