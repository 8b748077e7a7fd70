package dev.twinkeeper.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.twinkeeper.contract.CoordinationException;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.meters.RoleMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Option;

/** {@code --metrics-port}: a role's meters for Prometheus, on the loopback address only. */
final class MetricsOption {
    private static final int LAST_PORT = 65_535;

    private static final int BACKLOG = 10;

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    @Option(
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "Meters for Prometheus at http://127.0.0.1:PORT/metrics; 0 takes a free port. Default: none.")
    private Integer port;

    /** Before anything is told or begun: whether there can be such a port. */
    void check() {
        if (port != null && (port < 0 || port > LAST_PORT)) {
            throw CoordinationException.invalid("metrics port", String.valueOf(port), "must be from 0 to " + LAST_PORT);
        }
    }

    /**
     * Opens the port where one was asked for.
     *
     * @param next who hears what the role tells
     * @return who is to hear it
     */
    Listener open(String role, String id, Listener next, Terminal terminal) {
        if (port == null) {
            return next;
        }
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        HttpServer server = serve(registry);
        terminal.say("meters at http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
        return new RoleMeters(registry, role, id, next);
    }

    /** Its thread is a daemon: it ends with the role's process. */
    private HttpServer serve(PrometheusMeterRegistry registry) {
        try {
            InetAddress loopback = InetAddress.getByName("127.0.0.1");
            HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG);
            server.createContext("/metrics", exchange -> answer(exchange, registry.scrape()));
            server.setExecutor(null);
            Thread starter = new Thread(server::start, "metrics");
            starter.setDaemon(true);
            starter.start();
            starter.join();
            return server;
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILURE,
                    "metrics port '" + port + "': taken by another program (" + e.getMessage()
                            + "); choose another with --metrics-port");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(ExitCode.FAILURE, "metrics port '" + port + "': interrupted");
        }
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        try (exchange) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", TEXT);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
