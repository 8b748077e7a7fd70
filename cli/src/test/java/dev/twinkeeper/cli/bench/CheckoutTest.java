package dev.twinkeeper.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.CoordinationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is taken of another checkout. */
class CheckoutTest {
    @TempDir
    private Path checkout;

    private void built(String... jars) throws IOException {
        Path lib = Files.createDirectories(checkout.resolve(Path.of("cli", "target", "lib")));
        for (String jar : jars) {
            Files.createFile(lib.resolve(jar));
        }
    }

    @Test
    void contractAndImplementationsAreTakenAndNothingElse() throws IOException {
        built(
                "twinkeeper-common-0.1.0-SNAPSHOT.jar",
                "twinkeeper-raw-api-0.1.0-SNAPSHOT.jar",
                "twinkeeper-curator-impl-0.1.0-SNAPSHOT.jar",
                "twinkeeper-scenarios-0.1.0-SNAPSHOT.jar",
                "zookeeper-3.9.5.jar");

        assertThat(Checkout.jars(checkout))
                .extracting(jar -> jar.getFileName().toString())
                .isEqualTo(List.of(
                        "twinkeeper-common-0.1.0-SNAPSHOT.jar",
                        "twinkeeper-raw-api-0.1.0-SNAPSHOT.jar",
                        "twinkeeper-curator-impl-0.1.0-SNAPSHOT.jar"));
    }

    @Test
    void oneThatIsNotBuiltIsRefused() throws IOException {
        assertThatThrownBy(() -> Checkout.jars(checkout))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining("no built Twinkeeper is there");
        built("twinkeeper-common-0.1.0-SNAPSHOT.jar");
        assertThatThrownBy(() -> Checkout.jars(checkout)).hasMessageContaining("./twinkeeper --version");
    }
}
