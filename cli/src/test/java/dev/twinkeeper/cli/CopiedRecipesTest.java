package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.scenarios.SharedEnsemble;
import dev.twinkeeper.scenarios.lab.Ensemble;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what a reader does: copies the files of a recipe, its contract, {@code Recipe} and what it stands on into an
 * empty Maven project that depends on ZooKeeper or on Curator and on nothing else, builds it, and runs it.
 *
 * <p>By a real Maven, one for all of them: a build with a module for each recipe. It runs in this module, the last one,
 * because by now the build has downloaded all that a build needs; so this one finds it there, and asks the network for
 * nothing.
 */
@ExtendWith(SharedEnsemble.class)
class CopiedRecipesTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    /** What the raw ones stand on, beside {@code RecipeConnection}. */
    private static final Path SUBSTRATE = HOME.resolve("raw-api/src/main/java/dev/twinkeeper/raw/session");

    private static final Path LOOP = HOME.resolve("common/src/main/java/dev/twinkeeper/loop/Loop.java");

    private static final Map<String, Path> SOURCES = Map.of(
            "raw", HOME.resolve("raw-api/src/main/java/dev/twinkeeper/raw/recipes"),
            "curator", HOME.resolve("curator-impl/src/main/java/dev/twinkeeper/curator/recipes"));

    private static final Path CONTRACTS = HOME.resolve("common/src/main/java/dev/twinkeeper/recipes");

    private static final Pattern RECIPE = Pattern.compile("public final class (\\w+)\\s+implements (\\w+)\\b");

    /** The provider, what is copied with every recipe, and the words about all of them. */
    private static final Pattern NO_RECIPE =
            Pattern.compile("\\w+Recipes.java|\\w+Differences.java|Keeper.java|Calls.java|package-info.java");

    /** It takes about ten seconds; on a busy machine more, and a line that hangs is not the recipe's fault. */
    private static final int BUILD_MINUTES = 5;

    /** One recipe in one process, which ends in a second or two. */
    private static final int RUN_SECONDS = 60;

    /** Java starts on every core that there is: more at a time would only wait for each other. */
    private static final int AT_ONCE = 2;

    /** Outside of this project's own directories, which Maven would look into; stays where a test fails. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path project;

    /**
     * A recipe that is copied.
     *
     * @param type the class, such as {@code LockRecipe}
     * @param contract what it implements, such as {@code Lock}
     */
    private record Copy(String side, String type, String contract) {
        String module() {
            return side + "-" + type;
        }

        @Override
        public String toString() {
            return side + " " + type;
        }
    }

    private static final String ELECTION = """
            try (TYPE election = new TYPE(place, "anna", new Election.Listener() {
                public void elected(Election.Term term) { told.complete(term.leader()); }
                public void deposed(Election.Term term) {}
                public void failed(Recipe.Failure why) { told.completeExceptionally(why); }
            })) {
                election.enter();
                expect("anna", told.get(20, TimeUnit.SECONDS));
            }
            """;

    private static final String MEMBERSHIP = """
            try (TYPE membership = new TYPE(place, new Membership.Listener() {
                public void joined(Membership.Member member) { told.complete(member.name()); }
                public void changed(Membership.Member member) {}
                public void left(Membership.Member member) {}
                public void failed(Recipe.Failure why) { told.completeExceptionally(why); }
            })) {
                membership.join("anna", new byte[0], PATIENCE);
                expect("anna", told.get(20, TimeUnit.SECONDS));
                membership.leave(PATIENCE);
            }
            """;

    /** Told of no bytes at first by a side that knows no missing value. */
    private static final String CONFIGURATION = """
            try (TYPE configuration = new TYPE(place, new Configuration.Listener() {
                public void changed(Configuration.Value value) {
                    value.bytes().filter(bytes -> bytes.length == 1).ifPresent(bytes -> told.complete(bytes[0]));
                }
                public void failed(Recipe.Failure why) { told.completeExceptionally(why); }
            })) {
                configuration.set(configuration.read(PATIENCE), new byte[] {7}, PATIENCE).orElseThrow();
                expect((byte) 7, told.get(20, TimeUnit.SECONDS));
            }
            """;

    private static final String LOCK = """
            try (TYPE lock = new TYPE(place)) {
                Lock.Hold hold = lock.acquire(Lock.Mode.EXCLUSIVE, PATIENCE).orElseThrow();
                expect(true, hold.isHeld() && hold.token() > 0);
                hold.release();
            }
            """;

    private static final String BARRIER = """
            try (TYPE barrier = new TYPE(place, "anna", 1)) {
                expect(true, barrier.enter(PATIENCE));
                expect(true, barrier.leave(PATIENCE));
            }
            """;

    private static final String QUEUE = """
            try (TYPE queue = new TYPE(place, 10)) {
                queue.put(new byte[] {7}, PATIENCE);
                queue.consume(item -> told.complete(item.data()[0]));
                expect((byte) 7, told.get(20, TimeUnit.SECONDS));
            }
            """;

    /** What a program does with it: the least that needs it to work. {@code place} and {@code told} are there. */
    private static final Map<String, String> USES = Map.of(
            "Election", ELECTION,
            "Membership", MEMBERSHIP,
            "Configuration", CONFIGURATION,
            "Lock", LOCK,
            "Barrier", BARRIER,
            "Queue", QUEUE);

    /** With a client that the program has, and goes on using. */
    private static final String WITH_A_CLIENT = """
                    var client = org.apache.curator.framework.CuratorFrameworkFactory.newClient(
                            servers[0], new org.apache.curator.retry.RetryOneTime(100));
                    client.start();
                    told = new CompletableFuture<>();
                    {
                        USE
                    }
                    expect(true, client.checkExists().forPath("/copied/shared/TYPE") != null);
                    client.close();
            """;

    /** The caller's session: it lives on when the recipe is closed, with nothing of the recipe left in it. */
    private static final String SHARED_SESSION = """
            told = new CompletableFuture<>();
            try (var session = dev.twinkeeper.raw.session.Session.open(servers[0], Duration.ofSeconds(6))) {
                USE_SHARED
                expect(List.of(), session.zk().getEphemerals("/"));
            }
            """;

    private static final String MAIN = """
            package example;

            import dev.twinkeeper.recipes.*;
            import dev.twinkeeper.SIDE.recipes.*;
            import java.time.Duration;
            import java.util.List;
            import java.util.concurrent.CompletableFuture;
            import java.util.concurrent.TimeUnit;

            public class Main {
                static final Duration PATIENCE = Duration.ofSeconds(20);
                static volatile CompletableFuture<Object> told = new CompletableFuture<>();

                public static void main(String[] servers) throws Exception {
                    Recipe.Place place = new Recipe.Place(servers[0], Duration.ofSeconds(6), "/copied/SIDE/TYPE");
                    {
                        USE
                    }
                    SHARED
                    System.out.println("it works");
                }

                static void expect(Object expected, Object actual) {
                    if (!expected.equals(actual)) {
                        throw new AssertionError(expected + " expected, not " + actual);
                    }
                }
            }
            """;

    @TestFactory
    Stream<DynamicTest> aCopiedRecipeCompilesAndRunsWithNothingElse(Ensemble ensemble) throws Exception {
        List<Copy> copies = copies();
        for (String side : SOURCES.keySet()) {
            assertThat(copies.stream().filter(copy -> copy.side.equals(side)).map(Copy::contract))
                    .as("the contracts that %s has recipes for", side)
                    .containsAll(USES.keySet());
        }
        for (Copy copy : copies) {
            write(copy);
        }
        write(project.resolve("pom.xml"), parentPom(copies));
        build();
        ExecutorService runners = Executors.newFixedThreadPool(AT_ONCE);
        Map<Copy, CompletableFuture<String>> runs = new HashMap<>();
        for (Copy copy : copies) {
            runs.put(copy, CompletableFuture.supplyAsync(() -> run(copy, ensemble), runners));
        }
        runners.shutdown();
        return copies.stream()
                .map(copy -> dynamicTest(
                        copy.toString(), () -> assertThat(runs.get(copy).get()).contains("it works")));
    }

    /** Every recipe that there is, those included that a side has a second time. */
    private static List<Copy> copies() throws IOException {
        List<Copy> copies = new ArrayList<>();
        for (String side : List.of("raw", "curator")) {
            try (Stream<Path> files = Files.list(SOURCES.get(side))) {
                files.filter(file -> !NO_RECIPE
                                .matcher(file.getFileName().toString())
                                .matches())
                        .filter(file -> side.equals("curator")
                                || file.getFileName().toString().endsWith("Recipe.java"))
                        .sorted()
                        .forEach(file -> copies.add(recipe(side, file)));
            }
        }
        return copies;
    }

    private static Copy recipe(String side, Path file) {
        Matcher recipe = RECIPE.matcher(read(file));
        assertThat(recipe.find() && USES.containsKey(recipe.group(2)))
                .as("%s is a recipe, and its contract comes first", file)
                .isTrue();
        return new Copy(side, recipe.group(1), recipe.group(2));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Copy copy) throws IOException {
        Path module = project.resolve(copy.module());
        Path contracts = module.resolve("src/main/java/dev/twinkeeper/recipes");
        Path recipes = module.resolve("src/main/java/dev/twinkeeper")
                .resolve(copy.side)
                .resolve("recipes");
        for (String contract : List.of("Recipe", copy.contract)) {
            copy(CONTRACTS.resolve(contract + ".java"), contracts);
        }
        if (copy.side.equals("raw")) {
            copyRaw(copy, module.resolve("src/main/java/dev/twinkeeper"));
        } else {
            for (String type : List.of("Keeper", "Calls", copy.type)) {
                copy(SOURCES.get(copy.side).resolve(type + ".java"), recipes);
            }
        }
        write(
                module.resolve("src/main/java/example/Main.java"),
                MAIN.replace("SHARED", copy.side.equals("raw") ? withSession(copy) : withClient(copy))
                        .replace("USE", USES.get(copy.contract))
                        .replace("SIDE", copy.side)
                        .replace("TYPE", copy.type));
        write(module.resolve("pom.xml"), modulePom(copy));
    }

    private static String withClient(Copy copy) {
        return WITH_A_CLIENT.replace(
                "USE", USES.get(copy.contract).replace("new TYPE(place", "new TYPE(client, \"/copied/shared/TYPE\""));
    }

    private static String withSession(Copy copy) {
        return SHARED_SESSION.replace(
                "USE_SHARED", USES.get(copy.contract).replace("(place", "(session, place.path()"));
    }

    /** The files of a recipe begin with the name of its contract. */
    private static void copyRaw(Copy copy, Path sources) throws IOException {
        for (Path directory : List.of(SOURCES.get("raw"), SUBSTRATE)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (directory.equals(SUBSTRATE)
                            || name.startsWith(copy.contract)
                            || name.equals("RecipeConnection.java")) {
                        copy(file, sources.resolve("raw").resolve(directory.getFileName()));
                    }
                }
            }
        }
        copy(LOOP, sources.resolve("loop"));
    }

    private static void copy(Path file, Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.copy(file, directory.resolve(file.getFileName()));
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String modulePom(Copy copy) {
        String dependency = copy.side.equals("raw")
                ? "<groupId>org.apache.zookeeper</groupId><artifactId>zookeeper</artifactId>"
                : "<groupId>org.apache.curator</groupId><artifactId>curator-recipes</artifactId>";
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <parent><groupId>example</groupId><artifactId>copied</artifactId><version>1</version></parent>
                  <artifactId>%s</artifactId>
                  <dependencies><dependency>%s</dependency></dependencies>
                </project>
                """.formatted(copy.module(), dependency);
    }

    /**
     * The versions are those of our own build, for plugins and libraries, since those are on this machine. The jars know
     * where their libraries are, so that they can be run.
     */
    private static String parentPom(List<Copy> copies) {
        String ours = read(HOME.resolve("pom.xml"));
        String plugins = Stream.of("resources", "compiler", "surefire", "jar")
                .map(name -> "maven-" + name + "-plugin")
                .map(plugin -> "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>"
                        .formatted(plugin, after(ours, "<artifactId>" + plugin + "</artifactId>\\s*<version>")))
                .collect(Collectors.joining("\n      "));
        String modules = copies.stream()
                .map(copy -> "<module>" + copy.module() + "</module>")
                .collect(Collectors.joining("\n    "));
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>example</groupId>
                  <artifactId>copied</artifactId>
                  <version>1</version>
                  <packaging>pom</packaging>
                  <modules>
                    MODULES
                  </modules>
                  <properties>
                    <maven.compiler.release>17</maven.compiler.release>
                    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
                    <maven.test.skip>true</maven.test.skip>
                  </properties>
                  <dependencyManagement><dependencies>
                    <dependency>
                      <groupId>org.apache.zookeeper</groupId><artifactId>zookeeper</artifactId><version>ZOOKEEPER</version>
                    </dependency>
                    <dependency>
                      <groupId>org.apache.curator</groupId><artifactId>curator-recipes</artifactId><version>CURATOR</version>
                    </dependency>
                    <dependency>
                      <groupId>org.slf4j</groupId><artifactId>slf4j-api</artifactId><version>SLF4J</version>
                    </dependency>
                  </dependencies></dependencyManagement>
                  <build>
                    <finalName>copied</finalName>
                    <pluginManagement><plugins>
                      PLUGINS
                    </plugins></pluginManagement>
                    <plugins><plugin>
                      <artifactId>maven-jar-plugin</artifactId>
                      <configuration><archive><manifest>
                        <mainClass>example.Main</mainClass>
                        <addClasspath>true</addClasspath>
                        <classpathLayoutType>repository</classpathLayoutType>
                        <classpathPrefix>${settings.localRepository}/</classpathPrefix>
                      </manifest></archive></configuration>
                    </plugin></plugins>
                  </build>
                </project>
                """.replace("MODULES", modules)
                .replace("PLUGINS", plugins)
                .replace("ZOOKEEPER", after(ours, "<zookeeper.version>"))
                .replace("CURATOR", after(ours, "<curator.version>"))
                .replace("SLF4J", after(ours, "<slf4j.version>"));
    }

    private static String after(String text, String beginning) {
        Matcher matcher = Pattern.compile(beginning + "([^<]+)<").matcher(text);
        assertThat(matcher.find()).as(beginning).isTrue();
        return matcher.group(1);
    }

    private static void build() throws Exception {
        List<String> command = new ArrayList<>(
                List.of(HOME.resolve("mvnw").toString(), "-B", "-q", "-fae", "-f", project.toString(), "package"));
        // Surefire says which repository our own build uses; elsewhere the usual one it is.
        String repository = System.getProperty("localRepository");
        if (repository != null) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        ProcessBuilder maven = process(command, project.resolve("build.log"));
        // As our own, see .mvn/jvm.config: it is over before optimizing would pay.
        maven.environment().put("MAVEN_OPTS", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1");
        maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
        assertThat(end(maven, BUILD_MINUTES * 60))
                .as("the build in %s:%n%s", project, read(project.resolve("build.log")))
                .isZero();
    }

    private static String run(Copy copy, Ensemble ensemble) {
        Path jar = project.resolve(copy.module()).resolve("target/copied.jar");
        Path output = project.resolve(copy.module() + ".log");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = List.of(
                java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar.toString(), ensemble.connectString());
        try {
            int code = end(process(command, output), RUN_SECONDS);
            return "exit code " + code + "\n" + read(output);
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    private static ProcessBuilder process(List<String> command, Path output) {
        return new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(new File(output.toString()));
    }

    /** The exit code; -1 where it did not end. */
    private static int end(ProcessBuilder builder, int seconds) throws IOException, InterruptedException {
        Process process = builder.start();
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
