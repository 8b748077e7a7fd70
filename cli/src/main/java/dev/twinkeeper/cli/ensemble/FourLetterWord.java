package dev.twinkeeper.cli.ensemble;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** ZooKeeper's four-letter words: a server's own word on its state, without a session. */
final class FourLetterWord {
    /** A server that serves answers at once; one that is overloaded is asked again. */
    private static final int PATIENCE_MS = 1_000;

    /** Longer than any answer to {@code srvr}. */
    private static final int LONGEST = 10_000;

    private FourLetterWord() {}

    /** {@code leader}, {@code follower} or {@code standalone}; empty while it serves nobody. */
    static Optional<String> mode(int clientPort) {
        try {
            return ask(clientPort, "srvr")
                    .lines()
                    .filter(line -> line.startsWith("Mode: "))
                    .map(line -> line.substring("Mode: ".length()).strip())
                    .findFirst();
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    private static String ask(int clientPort, String word) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort), PATIENCE_MS);
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            InputStream answer = socket.getInputStream();
            return new String(answer.readNBytes(LONGEST), StandardCharsets.UTF_8);
        }
    }
}
