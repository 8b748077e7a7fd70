package dev.twinkeeper.cli.ensemble;

import dev.twinkeeper.scenarios.lab.FourLetterWord;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Asks a server of this machine whether it serves, over TLS where it speaks nothing else. */
final class Probe {
    private static final int PATIENCE_MS = 500;

    /** A first handshake loads half a library on both sides. */
    private static final int TLS_PATIENCE_MS = 5_000;

    /** Longer than the answer to {@code srvr}. */
    private static final int LONGEST = 10_000;

    private final EnsemblePlan plan;
    private final Optional<SSLSocketFactory> tls;

    Probe(EnsemblePlan plan) {
        this.plan = plan;
        this.tls = plan.doors().tls() ? Optional.of(factory(plan)) : Optional.empty();
    }

    /** {@code leader}, {@code follower} or {@code standalone}; empty while it serves nobody. */
    Optional<String> mode(EnsemblePlan.Server server) {
        try (Socket plain = new Socket()) {
            plain.connect(plan.reach(server), PATIENCE_MS);
            plain.setSoTimeout(tls.isEmpty() ? PATIENCE_MS : TLS_PATIENCE_MS);
            if (tls.isEmpty()) {
                return ask(plain);
            }
            try (Socket secure = tls.get().createSocket(plain, "localhost", server.clientPort(), true)) {
                return ask(secure);
            }
        } catch (IOException notYet) {
            return Optional.empty();
        }
    }

    private static Optional<String> ask(Socket socket) throws IOException {
        socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        String answer = new String(socket.getInputStream().readNBytes(LONGEST), StandardCharsets.UTF_8);
        return FourLetterWord.field(answer, "Mode: ");
    }

    private static SSLSocketFactory factory(EnsemblePlan plan) {
        try {
            char[] password = Files.readString(plan.secrets().resolve(Certificates.PASSWORD))
                    .toCharArray();
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store(plan, Certificates.CLIENT, password), password);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store(plan, Certificates.TRUST, password));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new EnsembleException("secrets '" + plan.secrets() + "': they can't be used (" + e.getMessage()
                    + "); remove that directory to have others made");
        }
    }

    private static KeyStore store(EnsemblePlan plan, String name, char[] password)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(plan.secrets().resolve(name))) {
            store.load(in, password);
        }
        return store;
    }
}
