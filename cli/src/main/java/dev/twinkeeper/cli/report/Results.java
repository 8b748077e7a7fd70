package dev.twinkeeper.cli.report;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.contract.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A comparison's {@code results.json}, as far as the report shows it. Whatever else is in it is passed over, so that a
 * field more breaks nothing.
 *
 * @param sides the names of the columns
 * @param measured everything that was measured, single runs included
 * @param differences the rules that a side does not keep
 * @param played every scenario of every run
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record Results(
        int schema,
        String at,
        long seconds,
        String scope,
        Map<String, String> environment,
        int servers,
        int runs,
        List<String> sides,
        List<Measured> measured,
        List<NotKept> differences,
        @JsonAlias("scenarios") List<Played> played) {
    /** The one that this report knows. */
    static final int SCHEMA = 2;

    /** A comparison of everything is a tenth of it. */
    private static final long LARGEST = 64L << 20;

    /** Of what a parser says: it repeats what it met. */
    private static final int SHOWN = 200;

    private static final ObjectMapper MAPPER = new ObjectMapper()
            .configure(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES, true)
            .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true);

    Results {
        environment = environment == null ? Map.of() : environment;
        sides = List.copyOf(sides);
        measured = measured == null ? List.of() : measured;
        differences = differences == null ? List.of() : differences;
        played = List.copyOf(played);
    }

    /** One measure, with a value for each run of each side. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Measured(Measure measure, Map<String, List<Double>> values) {}

    /** What is measured. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Measure(String id, String group, String what, String unit, String better) {}

    /** A rule that a side does not keep, and why. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record NotKept(String side, String rule, String why, String source, Map<String, String> proofs) {}

    /** One scenario of one run. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Played(
            String side,
            String scenario,
            List<String> rules,
            boolean ok,
            long millis,
            String failure,
            String differing) {
        Played {
            Objects.requireNonNull(scenario, "a scenario without a name");
        }
    }

    /** @throws ReportException where it is no such file */
    static Results read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new ReportException("results '" + file + "': larger than any comparison");
            }
            JsonNode tree = MAPPER.readTree(Files.readAllBytes(file));
            int schema = tree.path("schema").asInt(1);
            if (schema != SCHEMA) {
                throw new ReportException("results '" + file + "': of schema " + schema + ", this report reads "
                        + SCHEMA + "; run compare again");
            }
            return MAPPER.treeToValue(tree, Results.class);
        } catch (JsonProcessingException e) {
            throw new ReportException("results '" + file + "': cut off or edited, " + where(e) + "; run compare again");
        } catch (IOException e) {
            throw new ReportException(
                    "results '" + file + "': cannot be read (" + e.getClass().getSimpleName() + "); run compare first");
        }
    }

    private static String where(JsonProcessingException e) {
        if (e.getLocation() == null || e.getLocation().getLineNr() < 0) {
            String said =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("it makes no sense");
            return Printable.line(said, SHOWN);
        }
        return "line " + e.getLocation().getLineNr() + " makes no sense";
    }
}
