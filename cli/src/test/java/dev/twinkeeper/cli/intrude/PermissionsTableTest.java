package dev.twinkeeper.cli.intrude;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.TreeRole;
import dev.twinkeeper.layout.ZnodeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of permissions in docs/security.md is the one that counts. */
class PermissionsTableTest {
    @Test
    void theDocumentHasEachKindOfZnode() throws IOException {
        List<String> rows = new ArrayList<>();
        for (ZnodeKind kind : ZnodeKind.values()) {
            String name = kind.toString().startsWith("/") ? "`" + kind + "`" : kind.toString();
            rows.add("| " + name + " | " + letters(kind, TreeRole.MASTER) + " | " + letters(kind, TreeRole.WORKER)
                    + " | " + letters(kind, TreeRole.CLIENT) + " |");
        }

        List<String> document = Files.readAllLines(Path.of("..", "docs", "security.md"));

        assertThat(document.stream()
                        .filter(line -> rows.stream().anyMatch(line::startsWith))
                        .map(line -> rows.stream()
                                .filter(line::startsWith)
                                .findFirst()
                                .orElseThrow()))
                .containsExactlyElementsOf(rows);
    }

    private static String letters(ZnodeKind kind, TreeRole role) {
        String letters = ZnodeKind.letters(kind.permissions(role));
        return letters.isEmpty() ? "–" : letters;
    }
}
