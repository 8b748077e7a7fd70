package dev.twinkeeper.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.CoordinationSuite;
import java.util.List;
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
    private static final List<String> CONTRACTS =
            List.of("Election", "Membership", "Configuration", "Lock", "Barrier", "Queue");

    private static final String RAW = "dev.twinkeeper.raw..";
    private static final String CURATOR = "dev.twinkeeper.curator..";
    private static final String SCENARIOS = "dev.twinkeeper.scenarios..";
    private static final String PLAIN = "dev.twinkeeper.scenarios.plain..";
    private static final String CLI = "dev.twinkeeper.cli..";

    /** For roles and recipes alike, and what is copied with each recipe. */
    private static final String SESSION = "dev.twinkeeper.raw.session";

    private static final DescribedPredicate<JavaClass> SUBSTRATE = JavaClass.Predicates.resideInAnyPackage(
                    SESSION, Loop.class.getPackageName())
            .or(JavaClass.Predicates.simpleName("RecipeConnection"))
            .or(JavaClass.Predicates.simpleName("Keeper"));

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.twinkeeper");

    /** Its own files, which begin with the name of its contract; its contract; and what every recipe stands on. */
    private static final ArchCondition<JavaClass> ONLY_KNOW_WHAT_IS_COPIED =
            new ArchCondition<>("only know what is copied with them") {
                @Override
                public void check(JavaClass one, ConditionEvents events) {
                    JavaClass file = file(one);
                    for (Dependency dependency : one.getDirectDependenciesFromSelf()) {
                        JavaClass known = file(dependency.getTargetClass().getBaseComponentType());
                        boolean copied = !known.getPackageName().startsWith("dev.twinkeeper")
                                || known.equals(file)
                                || known.isEquivalentTo(Recipe.class)
                                || SUBSTRATE.test(known)
                                || known.getFullName().equals(file.getPackageName() + ".Keeper")
                                || known.getFullName().equals(file.getPackageName() + ".Calls")
                                || isContractOf(file, known)
                                || isBeside(file, known);
                        if (!copied) {
                            events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                        }
                    }
                }

                /** A contract's name is what all files of its recipe begin with. */
                private boolean isContractOf(JavaClass file, JavaClass known) {
                    return known.getPackageName().equals(Recipe.class.getPackageName())
                            && (file.getSimpleName().startsWith(known.getSimpleName())
                                    || file.getRawInterfaces().contains(known));
                }

                private boolean isBeside(JavaClass file, JavaClass known) {
                    return known.getPackageName().equals(file.getPackageName())
                            && CONTRACTS.stream()
                                    .anyMatch(contract -> file.getSimpleName().startsWith(contract)
                                            && known.getSimpleName().startsWith(contract));
                }

                private JavaClass file(JavaClass nested) {
                    return nested.getEnclosingClass().map(this::file).orElse(nested);
                }
            };

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
    void metersKnowTheContractAndMicrometer() {
        classes()
                .that()
                .resideInAPackage("dev.twinkeeper.meters..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..", "io.micrometer.core..", "dev.twinkeeper.contract..", "dev.twinkeeper.meters..")
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

    /** It stands beside the suite for the bench and for the broken variants, not within. */
    @Test
    void theSuiteDoesNotKnowThePlainImplementation() {
        noClasses()
                .that()
                .resideInAPackage(SCENARIOS)
                .and()
                .resideOutsideOfPackage(PLAIN)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(PLAIN)
                .check(ALL);
    }

    /** So an implementation's tests need neither JSON nor processes: both are optional in the suite's artifact. */
    @Test
    void theSuiteNeedsNothingOfTheTortureRun() {
        noClasses()
                .that()
                .areAssignableTo(CoordinationSuite.class)
                .should()
                .transitivelyDependOnClassesThat()
                .resideInAnyPackage("dev.twinkeeper.scenarios.torture..", "com.fasterxml..")
                .check(ALL);
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

    /** The provider knows all of them; whoever copies a recipe needs it not. */
    @Test
    void aRecipeKnowsWhatIsCopiedWithItAndNothingElseOfThisProject() {
        classes()
                .that()
                .resideInAnyPackage(
                        "dev.twinkeeper.recipes..", "dev.twinkeeper.raw.recipes..", "dev.twinkeeper.curator.recipes..")
                .and()
                .areNotAssignableTo(Recipes.class)
                .and()
                .haveNameNotMatching(".*Differences(\\$.*)?")
                .should(ONLY_KNOW_WHAT_IS_COPIED)
                .andShould()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.apache.zookeeper..", "org.apache.curator..", "dev.twinkeeper..")
                .check(ALL);
    }

    @Test
    void onlyProvidersAndRecipesArePublic() {
        classes()
                .that()
                .resideInAnyPackage(RAW, CURATOR)
                .and()
                .resideOutsideOfPackage(SESSION)
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
