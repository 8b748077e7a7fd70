package dev.twinkeeper.cli.ensemble;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The directory with what lets in: made once, for its owner alone, and kept with the data that it locks. */
final class Secrets {
    private static final int BYTES = 24;

    private final EnsemblePlan plan;

    Secrets(EnsemblePlan plan) {
        this.plan = plan;
    }

    /** @return the files that were written */
    List<Path> prepare() throws IOException {
        List<Path> written = new ArrayList<>();
        if (!plan.doors().secure() && !plan.doors().tls()) {
            return written;
        }
        if (!Files.exists(plan.secrets())) {
            Files.createDirectory(
                    plan.secrets(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        if (plan.doors().secure() && !Files.exists(plan.authFile())) {
            Certificates.writePrivate(plan.authFile(), "twinkeeper:" + random() + "\n");
            written.add(plan.authFile());
        }
        if (plan.doors().tls() && !Files.exists(plan.tlsConfig())) {
            Certificates.writePrivate(plan.secrets().resolve(Certificates.PASSWORD), random());
            for (String store : List.of(Certificates.SERVER, Certificates.CLIENT, Certificates.TRUST)) {
                Files.deleteIfExists(plan.secrets().resolve(store));
            }
            new Certificates(plan.secrets()).make(plan.tlsConfig());
            written.add(plan.tlsConfig());
        }
        return written;
    }

    private static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
