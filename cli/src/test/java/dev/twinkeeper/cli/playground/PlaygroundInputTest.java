package dev.twinkeeper.cli.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.CoordinationException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlaygroundInputTest {
    @Test
    void aPortThatIsTakenIsRefusedInOneLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            refused(taken.getLocalPort(), "somebody listens there; name another with --port");
        }
    }

    @Test
    void aPortBelow1024AndOneThatThereIsNotAreRefused() {
        refused(80, "must be from 1024 to 65535");
        refused(70_000, "must be from 1024 to 65535");
        refused(-1, "must be from 1024 to 65535");
    }

    private static void refused(int port, String why) {
        assertThatThrownBy(() -> new Playground(port, Path.of("."), event -> Optional.empty()))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("\n");
    }

    /** A method may have moved with a rewrite; a region of which nothing is left shows nothing. */
    @Test
    void eachRegionHasCodeOnBothSides() {
        CodeRegions regions = new CodeRegions(PlaygroundProcess.home());
        List<String> missing = new ArrayList<>();
        for (String name : regions.names()) {
            ObjectNode region = regions.of(name);
            region.path("sides").forEach(side -> {
                boolean any = false;
                for (var method : side.path("methods")) {
                    any |= method.has("code");
                    if (method.has("missing")) {
                        System.out.println(
                                "regions.json: " + method.path("method").asText() + " is not in these sources");
                    }
                }
                if (!any) {
                    missing.add(name + " of " + side.path("side").asText());
                }
            });
        }
        assertThat(regions.names()).hasSizeGreaterThan(5);
        assertThat(missing).isEmpty();
    }

    @Test
    void aPageThatDoesNotReadIsSentTheWholeOnceItDoes() throws IOException, InterruptedException {
        List<String> written = new ArrayList<>();
        PageFeed feed = new PageFeed(() -> "{\"whole\":true}");
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream() {
            @Override
            public void flush() {
                written.add(toString(java.nio.charset.StandardCharsets.UTF_8));
                if (written.size() == 1) {
                    for (int i = 0; i < 1_000; i++) {
                        feed.offer("{\"n\":" + i + "}");
                    }
                } else if (toString(java.nio.charset.StandardCharsets.UTF_8).split("whole", -1).length > 2) {
                    feed.close();
                }
            }
        };
        feed.writeTo(out);
        assertThat(out.toString(java.nio.charset.StandardCharsets.UTF_8)).doesNotContain("{\"n\":999}");
    }
}
