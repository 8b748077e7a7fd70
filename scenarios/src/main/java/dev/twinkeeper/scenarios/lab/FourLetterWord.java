package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** ZooKeeper's four-letter words: a server's own word on its state, without a session. */
public final class FourLetterWord {
    /** A server that serves answers at once; one that is stopped or overloaded is asked again. */
    private static final int PATIENCE_MS = 500;

    /** Longer than any answer to {@code mntr}. */
    private static final int LONGEST = 100_000;

    private FourLetterWord() {}

    /** What stands behind that name in an answer. */
    public static Optional<String> field(String answer, String name) {
        return answer.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst();
    }

    /** @throws IOException where nobody answers */
    public static String ask(int clientPort, String word) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort), PATIENCE_MS);
            socket.setSoTimeout(PATIENCE_MS);
            socket.getOutputStream().write(word.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readNBytes(LONGEST), StandardCharsets.UTF_8);
        }
    }
}
