package dev.twinkeeper.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.twinkeeper.cli.copy.Catalogue;
import dev.twinkeeper.cli.copy.Uses;
import dev.twinkeeper.recipes.Recipes;
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
 * Does what a reader does: copies each recipe and each role with {@code twinkeeper copy} into an empty Maven project that
 * depends on ZooKeeper or on Curator and on nothing else, builds it, and runs the use that the command prints.
 *
 * <p>By a real Maven, one for all of them: a build with a module for each recipe. It runs in this module, the last one,
 * because by now the build has downloaded all that a build needs; so this one finds it there, and asks the network for
 * nothing.
 */
@ExtendWith(SharedEnsemble.class)
class CopiedRecipesTest {
    private static final Path HOME = Path.of("..").toAbsolutePath().normalize();

    /** It takes about ten seconds; on a busy machine more, and a line that hangs is not the recipe's fault. */
    private static final int BUILD_MINUTES = 5;

    /** One recipe in one process, which ends in a second or two. */
    private static final int RUN_SECONDS = 60;

    /** Java starts on every core that there is: more at a time would only wait for each other. */
    private static final int AT_ONCE = 2;

    /** Outside of this project's own directories, which Maven would look into; stays where a test fails. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private static Path project;

    private static final String MAIN = """
            package example;

            IMPORTS
            public class Main {
                public static void main(String[] arguments) throws Exception {
                    String servers = arguments[0];
                    CompletableFuture<Object> told = new CompletableFuture<>();
                    USE
                    System.out.println("it works");
                }
            }
            """;

    private static final String PACKAGE = "example.copied";

    @TestFactory
    Stream<DynamicTest> whatIsCopiedCompilesAndRunsWithNothingElse(Ensemble ensemble) throws Exception {
        List<Catalogue.Item> items = new Catalogue(HOME).items();
        for (String side : Catalogue.SIDES) {
            assertThat(items.stream().filter(item -> item.side().equals(side)).map(Catalogue.Item::name))
                    .as("what %s has", side)
                    .containsAll(Recipes.NAMES)
                    .containsAll(Catalogue.ROLES);
        }
        for (Catalogue.Item item : items) {
            copy(item);
        }
        write(project.resolve("pom.xml"), parentPom(items));
        build();
        ExecutorService runners = Executors.newFixedThreadPool(AT_ONCE);
        Map<Catalogue.Item, CompletableFuture<String>> runs = new HashMap<>();
        for (Catalogue.Item item : items) {
            runs.put(item, CompletableFuture.supplyAsync(() -> run(item, ensemble), runners));
        }
        runners.shutdown();
        return items.stream()
                .map(item -> dynamicTest(
                        module(item), () -> assertThat(runs.get(item).get()).contains("it works")));
    }

    private static String module(Catalogue.Item item) {
        return item.side() + "-" + item.name();
    }

    /** By the command, as a reader does. */
    private static void copy(Catalogue.Item item) throws IOException {
        Path module = project.resolve(module(item));
        CapturedTerminal terminal = new CapturedTerminal();
        Path sources = module.resolve("src/main/java");
        int code = terminal.run(
                "copy", item.name(), "--impl", item.side(), "--to", sources.toString(), "--package", PACKAGE);
        assertThat(code).as("%s: %s", item, terminal.err()).isZero();
        assertThat(String.join("\n", terminal.out())).contains(Uses.of(item).strip());
        write(
                module.resolve("src/main/java/example/Main.java"),
                MAIN.replace("IMPORTS", Uses.imports(item, PACKAGE)).replace("USE", Uses.of(item)));
        write(module.resolve("pom.xml"), modulePom(item));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String modulePom(Catalogue.Item item) {
        String dependency = item.side().equals("raw")
                ? "<groupId>org.apache.zookeeper</groupId><artifactId>zookeeper</artifactId>"
                : "<groupId>org.apache.curator</groupId><artifactId>curator-recipes</artifactId>";
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <parent><groupId>example</groupId><artifactId>copied</artifactId><version>1</version></parent>
                  <artifactId>%s</artifactId>
                  <dependencies><dependency>%s</dependency></dependencies>
                </project>
                """.formatted(module(item), dependency);
    }

    /**
     * The versions are those of our own build, for plugins and libraries, since those are on this machine. The jars know
     * where their libraries are, so that they can be run.
     */
    private static String parentPom(List<Catalogue.Item> items) {
        String ours = read(HOME.resolve("pom.xml"));
        String plugins = Stream.of("resources", "compiler", "surefire", "jar")
                .map(name -> "maven-" + name + "-plugin")
                .map(plugin -> "<plugin><artifactId>%s</artifactId><version>%s</version></plugin>"
                        .formatted(plugin, after(ours, "<artifactId>" + plugin + "</artifactId>\\s*<version>")))
                .collect(Collectors.joining("\n      "));
        String modules = items.stream()
                .map(item -> "<module>" + module(item) + "</module>")
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

    private static String run(Catalogue.Item item, Ensemble ensemble) {
        Path jar = project.resolve(module(item)).resolve("target/copied.jar");
        Path output = project.resolve(module(item) + ".log");
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
