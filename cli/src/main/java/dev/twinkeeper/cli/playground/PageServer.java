package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.twinkeeper.contract.CoordinationException;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page on loopback. Refused are: a foreign {@code Host} (a name that somebody bent to this address), a foreign
 * {@code Origin} (another site's page), and whatever changes something without the token that stands in our page.
 */
final class PageServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PageServer.class);

    private static final int LOWEST_PORT = 1024;
    private static final int HIGHEST_PORT = 65_535;
    private static final int BACKLOG = 50;

    /** A page has one stream and a request now and then. */
    private static final int THREADS = 24;

    private static final int MOST_PAGES = 16;

    /** Longer than any request of ours. */
    private static final int LONGEST_BODY = 4_096;

    private static final int TOKEN_BYTES = 24;

    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final Set<String> FILES =
            Set.of("playground.css", "playground.js", "timeline.js", "tour.js", "tree.js");

    private final HttpServer server;
    private final ExecutorService threads;
    private final Requests requests;
    private final String token = token();

    /** What the page can ask for. */
    interface Requests {
        PageFeed open();

        void gone(PageFeed feed);

        int pages();

        /** JSON. */
        String act(Actions.Asked asked);

        /** JSON. */
        String preview(Actions.Asked asked);

        /** JSON. */
        String code(String name);

        /** A page that stands alone. */
        String export();
    }

    /**
     * @param port 0 for a free one
     * @throws CoordinationException {@code INVALID} where the port can't be had
     */
    PageServer(int port, Requests requests) {
        this.requests = requests;
        if (port != 0 && (port < LOWEST_PORT || port > HIGHEST_PORT)) {
            throw CoordinationException.invalid(
                    "port", String.valueOf(port), "must be from " + LOWEST_PORT + " to " + HIGHEST_PORT);
        }
        threads =
                new ThreadPoolExecutor(0, THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), PageServer::daemon);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), BACKLOG);
        } catch (BindException e) {
            throw CoordinationException.invalid(
                    "port", String.valueOf(port), "somebody listens there; name another with --port");
        } catch (IOException e) {
            throw CoordinationException.invalid("port", String.valueOf(port), String.valueOf(e.getMessage()));
        }
        handle("/", this::page);
        handle("/events", this::events);
        handle("/act", exchange -> answer(exchange, requests.act(asked(exchange))));
        handle("/preview", exchange -> answer(exchange, requests.preview(asked(exchange))));
        handle(
                "/code",
                exchange -> answer(
                        exchange,
                        requests.code(String.valueOf(exchange.getRequestURI().getQuery()))));
        handle("/export", this::export);
        server.setExecutor(threads);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "page");
        thread.setDaemon(true);
        return thread;
    }

    private static String token() {
        byte[] bytes = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    void start() {
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void handle(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                answerOrRefuse(exchange, handler);
            } catch (IOException e) {
                log.debug("a page went away", e);
            }
        });
    }

    private void answerOrRefuse(HttpExchange exchange, HttpHandler handler) throws IOException {
        try {
            String refused = refusal(exchange);
            if (refused != null) {
                // A connection that is closed on somebody who still sends loses our answer, too.
                exchange.getRequestBody().readNBytes(LONGEST_BODY);
                send(exchange, 403, "text/plain", refused + "\n");
            } else {
                handler.handle(exchange);
            }
        } catch (Refusal refusal) {
            send(
                    exchange,
                    409,
                    "application/json",
                    PlaygroundJson.text(PlaygroundJson.object().put("refused", refusal.getMessage())));
        } catch (RuntimeException e) {
            log.error("unexpected, on {}", exchange.getRequestURI(), e);
            send(exchange, 500, "text/plain", "unexpected, see the log\n");
        }
    }

    /** Null where the request is one of ours. */
    private String refusal(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        List<String> hosts = List.of("127.0.0.1:" + port(), "localhost:" + port());
        if (!hosts.contains(String.valueOf(headers.getFirst("Host")))) {
            return "a foreign Host";
        }
        String origin = headers.getFirst("Origin");
        if (origin != null && hosts.stream().noneMatch(host -> origin.equals("http://" + host))) {
            return "a foreign Origin";
        }
        boolean changes = !exchange.getRequestMethod().equals("GET");
        if (changes && !token.equals(headers.getFirst("X-Token"))) {
            return "no token of our page";
        }
        return null;
    }

    private static Actions.Asked asked(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            throw new Refusal("this wants a POST");
        }
        byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY);
        try {
            JsonNode json = PlaygroundJson.MAPPER.readTree(body);
            return new Actions.Asked(
                    json.path("action").asText(),
                    json.path("target").asText(),
                    json.path("side").asText("both"),
                    json.path("count").asInt(1));
        } catch (IOException e) {
            throw new Refusal("this wants JSON");
        }
    }

    private void page(HttpExchange exchange) throws IOException {
        String name = exchange.getRequestURI().getPath().substring(1);
        if (name.isEmpty()) {
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            send(exchange, 200, "text/html", resource("index.html").replace("@TOKEN@", token));
        } else if (FILES.contains(name)) {
            send(exchange, 200, name.endsWith("css") ? "text/css" : "text/javascript", resource(name));
        } else {
            send(exchange, 404, "text/plain", "there is no such page\n");
        }
    }

    static String resource(String name) throws IOException {
        try (InputStream file = PageServer.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void events(HttpExchange exchange) throws IOException {
        if (requests.pages() >= MOST_PAGES) {
            send(exchange, 503, "text/plain", "too many pages\n");
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        exchange.sendResponseHeaders(200, 0);
        PageFeed feed = requests.open();
        try {
            feed.writeTo(exchange.getResponseBody());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            requests.gone(feed);
        }
    }

    private void export(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Disposition", "attachment; filename=\"twinkeeper-timeline.html\"");
        send(exchange, 200, "text/html", requests.export());
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        send(exchange, 200, "application/json", json);
    }

    private static void send(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", type + "; charset=utf-8");
        headers.set("Content-Security-Policy", POLICY);
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
