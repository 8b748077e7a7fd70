package dev.twinkeeper.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import org.junit.jupiter.api.Test;

/** Know your room: who may know whom. Here, since only the command line sees them all. */
class BoundariesTest {
    private static final String[] COMMON = {
        "dev.twinkeeper.contract..",
        "dev.twinkeeper.layout..",
        "dev.twinkeeper.plan..",
        "dev.twinkeeper.loop..",
        "dev.twinkeeper.recipes.."
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
                .resideInAnyPackage("java..", "org.slf4j..", COMMON[0], COMMON[1], COMMON[2], COMMON[3], COMMON[4])
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

    /** So that whoever copies one needs nothing else; but for the provider, which whoever copies needs not. */
    @Test
    void recipesKnowTheirContractAndNothingElseOfThisProject() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.twinkeeper.recipes..", "dev.twinkeeper.raw.recipes..", "dev.twinkeeper.curator.recipes..")
                .and()
                .areNotAssignableTo(Recipes.class)
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("dev.twinkeeper..")
                        .and(DescribedPredicate.not(
                                JavaClass.Predicates.resideInAPackage("dev.twinkeeper..recipes.."))))
                .allowEmptyShould(true)
                .check(ALL);
    }

    @Test
    void onlyProvidersAndRecipesArePublic() {
        classes()
                .that()
                .resideInAnyPackage(RAW, CURATOR)
                .and()
                .arePublic()
                .should()
                .implement(Coordination.class)
                .orShould()
                .implement(Recipes.class)
                .orShould()
                .implement(Recipe.class)
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
