package dev.twinkeeper.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.twinkeeper.contract.Coordination;
import org.junit.jupiter.api.Test;

/** Know your room: who may know whom. Here, since only the command line sees them all. */
class BoundariesTest {
    private static final String[] COMMON = {
        "dev.twinkeeper.contract..", "dev.twinkeeper.layout..", "dev.twinkeeper.plan..", "dev.twinkeeper.loop.."
    };
    private static final String RAW = "dev.twinkeeper.raw..";
    private static final String CURATOR = "dev.twinkeeper.curator..";
    private static final String SCENARIOS = "dev.twinkeeper.scenarios..";
    private static final String CLI = "dev.twinkeeper.cli..";

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.twinkeeper");

    @Test
    void commonKnowsTheJdkAndALogger() {
        classes()
                .that()
                .resideInAnyPackage(COMMON)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.slf4j..", COMMON[0], COMMON[1], COMMON[2], COMMON[3])
                .check(ALL);
    }

    @Test
    void rawKnowsZooKeepersClientAndTheContract() {
        knowsNothingOf(RAW, "org.apache.curator..", CURATOR, SCENARIOS, CLI);
    }

    @Test
    void curatorKnowsNothingOfRaw() {
        knowsNothingOf(CURATOR, RAW, SCENARIOS, CLI);
    }

    @Test
    void scenariosKnowNoImplementation() {
        knowsNothingOf(SCENARIOS, RAW, CURATOR, CLI);
    }

    @Test
    void onlyTheCommandLineParsesArguments() {
        noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..", CLI)
                .check(ALL);
    }

    @Test
    void anEnsembleOfProcessesKnowsNoCommandLine() {
        knowsNothingOf("dev.twinkeeper.cli.ensemble..", "picocli..", "dev.twinkeeper.cli");
    }

    @Test
    void onlyTheProviderOfAnImplementationIsPublic() {
        classes()
                .that()
                .resideInAnyPackage(RAW, CURATOR)
                .and()
                .arePublic()
                .should()
                .implement(Coordination.class)
                .allowEmptyShould(true)
                .check(ALL);
    }

    private static void knowsNothingOf(String room, String... others) {
        noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others)
                .allowEmptyShould(true)
                .check(ALL);
    }
}
