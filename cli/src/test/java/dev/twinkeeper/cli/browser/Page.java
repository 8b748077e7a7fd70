package dev.twinkeeper.cli.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One page, driven over the DevTools protocol: JSON over a WebSocket, a number for each request. */
public final class Page implements AutoCloseable, WebSocket.Listener {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long ANSWER_SECONDS = 90;
    private static final int LOOK_MS = 50;

    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> open = new ConcurrentHashMap<>();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final StringBuilder partial = new StringBuilder();

    Page(String target, HttpClient http) throws IOException {
        String address = MAPPER.readTree(target).path("webSocketDebuggerUrl").asText();
        socket =
                http.newWebSocketBuilder().buildAsync(URI.create(address), this).join();
        List.of("Page.enable", "Runtime.enable", "Log.enable", "Network.enable").forEach(this::call);
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            take(partial.toString());
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    private void take(String text) {
        try {
            JsonNode message = MAPPER.readTree(text);
            CompletableFuture<JsonNode> answer = open.remove(message.path("id").asInt());
            if (answer != null) {
                answer.complete(message);
                return;
            }
            JsonNode of = message.path("params");
            switch (message.path("method").asText()) {
                case "Runtime.exceptionThrown" ->
                    problems.add(of.path("exceptionDetails").toString());
                case "Log.entryAdded" -> {
                    if (of.path("entry").path("level").asText().equals("error")) {
                        problems.add(of.path("entry").path("text").asText());
                    }
                }
                case "Runtime.consoleAPICalled" -> {
                    if (of.path("type").asText().equals("error")) {
                        problems.add(of.path("args").toString());
                    }
                }
                case "Network.requestWillBeSent" ->
                    requests.add(of.path("request").path("url").asText());
                default -> {}
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode call(String method) {
        return call(method, MAPPER.createObjectNode());
    }

    private JsonNode call(String method, ObjectNode parameters) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        open.put(id, answer);
        ObjectNode message = MAPPER.createObjectNode().put("id", id).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true);
        JsonNode got = answer.orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS).join();
        if (got.has("error")) {
            throw new IllegalStateException(method + ": " + got.get("error"));
        }
        return got.path("result");
    }

    /** Loads an address, and waits until its scripts have run. */
    public void goTo(String url) {
        call("Page.navigate", MAPPER.createObjectNode().put("url", url));
        await(
                "location.href === " + MAPPER.valueToTree(url) + " && document.readyState === 'complete'",
                Duration.ofSeconds(30));
    }

    /** Brings it before all other pages: a hidden one draws nothing. */
    public void front() {
        call("Page.bringToFront");
    }

    public void reload() {
        evaluate("window.stale = true");
        call("Page.reload");
        await("!window.stale && document.readyState === 'complete'", Duration.ofSeconds(30));
    }

    /** The value of an expression; promises are waited for. */
    public JsonNode evaluate(String expression) {
        JsonNode result = call(
                "Runtime.evaluate",
                MAPPER.createObjectNode()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.get("exceptionDetails"));
        }
        return result.path("result").path("value");
    }

    public String text(String selector) {
        return evaluate("document.querySelector(" + MAPPER.valueToTree(selector) + ").textContent")
                .asText();
    }

    public void click(String selector) {
        evaluate("document.querySelector(" + MAPPER.valueToTree(selector) + ").click()");
    }

    /** Waits until the expression is true. */
    public void await(String expression, Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        String last = "";
        while (System.nanoTime() < deadline) {
            try {
                if (evaluate(expression).asBoolean()) {
                    return;
                }
            } catch (IllegalStateException notYet) {
                last = notYet.getMessage();
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        throw new AssertionError("did not come within " + bound + ": " + expression + " " + last + " " + problems);
    }

    /** The window's size, and which colours the person prefers. */
    public void look(int width, int height, boolean dark) {
        call(
                "Emulation.setDeviceMetricsOverride",
                MAPPER.createObjectNode()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", width < 600));
        // Else a picture of the whole page is cut at its right by the width of one.
        call("Emulation.setScrollbarsHidden", MAPPER.createObjectNode().put("hidden", true));
        ObjectNode media = MAPPER.createObjectNode();
        media.putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", dark ? "dark" : "light");
        call("Emulation.setEmulatedMedia", media);
    }

    /** What is in the window, or the whole page, as a PNG. */
    public void screenshot(Path file, boolean whole) throws IOException {
        JsonNode shot = call(
                "Page.captureScreenshot",
                MAPPER.createObjectNode().put("format", "png").put("captureBeyondViewport", whole));
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
    }

    /** Errors of scripts and of the console so far. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** Addresses that were asked for so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    /** Bytes of the page's own heap, after a collection. */
    public long heap() {
        call("HeapProfiler.collectGarbage");
        return call("Runtime.getHeapUsage").path("usedSize").asLong();
    }

    @Override
    public void close() {
        try {
            call("Page.close");
        } catch (IllegalStateException | CompletionException alreadyGone) {
            // All that matters is that it is.
        }
        socket.abort();
    }
}
