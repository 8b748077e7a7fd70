package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Servers that answered {@code UNIMPLEMENTED}: what we ask for came with release 3.6. They tell their release themselves. */
final class OldServers {
    private static final int PATIENCE_MS = 500;

    /** Longer than the answer to {@code srvr}. */
    private static final int LONGEST = 10_000;

    private static final Pattern VERSION = Pattern.compile("Zookeeper version: ([0-9.]+)");

    private OldServers() {}

    /** @param servers as they stand in a connect string */
    static String complaint(String servers) {
        List<String> told = new ArrayList<>();
        for (String server : servers.split(",")) {
            told.add(server + version(server));
        }
        return "servers " + String.join(", ", told)
                + ": at least one is older than 3.6, the oldest release that has what" + " is needed here; upgrade it";
    }

    /** Empty where it does not say: behind TLS, say, or because the word is not on its list. */
    private static String version(String server) {
        int colon = server.lastIndexOf(':');
        String host = server.substring(0, colon).replaceAll("[\\[\\]]", "");
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Integer.parseInt(server.substring(colon + 1))), PATIENCE_MS);
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readNBytes(LONGEST), StandardCharsets.UTF_8);
            Matcher version = VERSION.matcher(answer);
            return version.find() ? " (" + version.group(1) + ")" : "";
        } catch (IOException silent) {
            return "";
        }
    }
}
