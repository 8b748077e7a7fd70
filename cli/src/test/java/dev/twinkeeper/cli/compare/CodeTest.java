package dev.twinkeeper.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.scenarios.measure.Measure;
import dev.twinkeeper.scenarios.measure.Samples;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is counted in the sources. */
class CodeTest {
    private static final Map<String, String> ROOTS = new LinkedHashMap<>();

    static {
        ROOTS.put("master", "Master");
        ROOTS.put("worker", "Worker");
    }

    @Test
    void aFileBelongsToThePartThatUsesItAndIsSharedWhereSeveralDo() {
        Sources sources = Sources.of(
                List.of(
                        file("a", "Provider", "class Provider { new BossRole(CacheView::new); new Operator(); }"),
                        file("a", "BossRole", "class BossRole implements Master {", "View view; Ground ground; }"),
                        file("a", "Operator", "class Operator implements Worker { Ground ground; }"),
                        file("a", "View", "interface View {}"),
                        file("a", "CacheView", "class CacheView implements View {}"),
                        file("a", "Ground", "class Ground {}"),
                        file("a", "Unused", "class Unused {}"),
                        file("b", "View", "interface View { }", "// of another package")),
                "a.Provider",
                ROOTS);

        assertThat(names(sources, "master")).containsExactlyInAnyOrder("a.BossRole", "a.View", "a.CacheView");
        assertThat(names(sources, "worker")).containsExactly("a.Operator");
        assertThat(names(sources, Sources.SHARED)).containsExactlyInAnyOrder("a.Provider", "a.Ground");
        assertThat(Sources.lines(sources.all())).isEqualTo(7);
    }

    /** The role knows the provider that made it, and with it, by its code, everything else: which makes none of it the role's. */
    @Test
    void aVariantIsCountedWithWhatItExtends() {
        Sources sources = Sources.of(
                List.of(
                        file("a", "Provider", "class Provider { new BossRole(this); new Worker1(); new Latch(); }"),
                        file("a", "Variant", "class Variant extends Provider { new Selector(); }"),
                        file("a", "BossRole", "class BossRole implements Master { Provider by; Turn turn; }"),
                        file("a", "Worker1", "class Worker1 implements Worker { }"),
                        file("a", "Turn", "interface Turn { }"),
                        file("a", "Latch", "class Latch implements Turn { }"),
                        file("a", "Selector", "class Selector implements Turn { }")),
                "a.Variant",
                ROOTS);

        assertThat(names(sources, "master")).containsExactlyInAnyOrder("a.BossRole", "a.Turn", "a.Latch", "a.Selector");
        assertThat(names(sources, "worker")).containsExactly("a.Worker1");
        assertThat(names(sources, Sources.SHARED)).containsExactlyInAnyOrder("a.Provider", "a.Variant");
    }

    @Test
    void commentsBlanksAndImportsAreNoLines() {
        SourceFile file = file(
                "a",
                "One",
                "",
                "import org.apache.zookeeper.KeeperException.Code;",
                "import static org.apache.zookeeper.ZooDefs.Ids.OPEN_ACL_UNSAFE;",
                "/** A word: Other. */",
                "class One {",
                "    /*",
                "     * Other",
                "     */",
                "    // Other",
                "    enum Phase { LOOKING, REIGNING; }",
                "    void onRead(int rc, String path) {}",
                "    void on(WatchedEvent event) {}",
                "}");

        assertThat(file.code()).hasSize(5);
        assertThat(file.words()).doesNotContain("Other");
        assertThat(Code.types(List.of(file))).containsExactlyInAnyOrder("KeeperException.Code", "ZooDefs.Ids");
        assertThat(Code.callbacks(List.of(file))).isEqualTo(2);
        assertThat(Code.phases(List.of(file))).isEqualTo(2);
    }

    /** Of this project: a part that nobody finds would be a row that is missing. */
    @Test
    void allRolesAndRecipesOfBothSidesAreFound() {
        for (String name : List.of("raw", "curator")) {
            Samples samples = new Samples();

            new Code(Path.of("..")).measure(Side.named(name), samples);

            assertThat(samples.all().keySet())
                    .as(name)
                    .extracting(Measure::id)
                    .contains(
                            "code.master",
                            "code.worker",
                            "code.client",
                            "code.shared",
                            "code.roles",
                            "concepts.types",
                            "code.recipes.election",
                            "code.recipes.membership",
                            "code.recipes.configuration",
                            "code.recipes.lock",
                            "code.recipes.barrier",
                            "code.recipes.queue");
        }
    }

    private static List<String> names(Sources sources, String part) {
        return sources.parts().get(part).stream().map(SourceFile::name).toList();
    }

    private static SourceFile file(String packageName, String type, String... code) {
        List<String> lines = new java.util.ArrayList<>(List.of("package " + packageName + ";"));
        lines.addAll(List.of(code));
        return SourceFile.of(type, lines);
    }
}
