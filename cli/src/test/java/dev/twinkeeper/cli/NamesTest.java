package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One word for one thing, one thing for one word; the glossary is in {@code dev.twinkeeper.contract}. */
class NamesTest {
    /** Words of theatre, court, weather and work: a stranger can't guess what such a class does. */
    private static final Set<String> METAPHORS = Set.of(
            "Actor",
            "Article",
            "Audience",
            "Cast",
            "Charge",
            "Company",
            "Curtain",
            "Docket",
            "Ear",
            "Hand",
            "Hearing",
            "Judge",
            "Labour",
            "Oracle",
            "Play",
            "Playbill",
            "Player",
            "Props",
            "Scene",
            "Stage",
            "Testimony",
            "Theatre",
            "Troupe",
            "Verdict",
            "Weather");

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.twinkeeper");

    /** Only counterparts may: one of {@code raw-api} and one of {@code curator-impl}. */
    @Test
    void noTwoClassesShareASimpleName() {
        Map<String, List<String>> byName = ALL.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(each -> !each.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName,
                        TreeMap::new,
                        Collectors.mapping(JavaClass::getName, Collectors.toList())));

        assertThat(byName.values().stream().filter(names -> names.size() > 1).filter(names -> !areCounterparts(names)))
                .isEmpty();
    }

    @Test
    void noClassIsNamedByAMetaphor() {
        assertThat(ALL.stream()
                        .filter(JavaClass::isTopLevelClass)
                        .map(each -> each.getSimpleName().replace("ByHand", ""))
                        .filter(name ->
                                Stream.of(name.split("(?<=[a-z])(?=[A-Z])")).anyMatch(METAPHORS::contains)))
                .isEmpty();
    }

    private static boolean areCounterparts(List<String> names) {
        return names.size() == 2
                && names.stream().anyMatch(name -> name.startsWith("dev.twinkeeper.raw."))
                && names.stream().anyMatch(name -> name.startsWith("dev.twinkeeper.curator."));
    }
}
