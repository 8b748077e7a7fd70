package dev.twinkeeper.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.CoordinationException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The process of a {@link Checkout}: reads a request a line from standard input, and answers each with a line: what was
 * measured, or why not. It ends with its input. It uses of contract and implementations only what all of them have.
 */
final class CheckoutProcess {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final int MOST_IMPLEMENTATIONS = 100;

    private CheckoutProcess() {}

    public static void main(String[] arguments) throws Exception {
        String connect = arguments[0];
        BenchRunner.Where where = new BenchRunner.Where(
                connect.equals("-") ? Optional.empty() : Optional.of(ConnectString.parse(connect)),
                Integer.parseInt(arguments[1]),
                Boolean.parseBoolean(arguments[2]),
                Duration.ofMillis(Long.parseLong(arguments[3])),
                Optional.empty());
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (BenchServers servers = BenchServers.start(where)) {
            int number = 0;
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                Checkout.Request request = MAPPER.readValue(line, Checkout.Request.class);
                System.out.println(MAPPER.writeValueAsString(answer(request, servers, where, number++)));
            }
        }
        // Whatever thread of an implementation is left.
        System.exit(0);
    }

    private static Map<String, Object> answer(
            Checkout.Request request, BenchServers servers, BenchRunner.Where where, int number) {
        try {
            Subject subject = new RolesSubject(named(request.impl()));
            return BenchRunner.measure(subject, request.workload(), servers, where, number)
                    .json();
        } catch (CoordinationException e) {
            return problem(e.problem().name(), e.getMessage());
        } catch (LinkageError e) {
            return problem("INVALID", "its contract is not the one that this bench knows (" + e + ")");
        } catch (Exception e) {
            return problem("CLOSED", String.valueOf(e));
        }
    }

    /** Our jars name implementations too: those that don't fit the other contract are passed over. */
    private static Coordination named(String name) {
        Iterator<Coordination> all = ServiceLoader.load(Coordination.class).iterator();
        for (int i = 0; i < MOST_IMPLEMENTATIONS; i++) {
            try {
                if (!all.hasNext()) {
                    break;
                }
                Coordination each = all.next();
                if (each.name().equals(name)) {
                    return each;
                }
            } catch (LinkageError | ServiceConfigurationError e) {
                // Of ours, and none of theirs.
                continue;
            }
        }
        throw CoordinationException.invalid("implementation", name, "it has none of that name");
    }

    private static Map<String, Object> problem(String problem, String message) {
        Map<String, Object> object = new HashMap<>();
        object.put("problem", problem);
        object.put("message", message);
        return object;
    }
}
