package dev.twinkeeper.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Configuration;
import dev.twinkeeper.recipes.Configuration.Value;
import dev.twinkeeper.recipes.Recipe.Failure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** One value and three that share it: two write over the same one, one misses what happens, an answer is lost. */
final class ConfigurationDemo implements Demo {
    private static final List<String> NAMES = List.of("alice", "bob", "carol");

    /** What each was told last. */
    private final Map<String, Value> told = new ConcurrentHashMap<>();

    @Override
    public String title() {
        return "one value, many readers: the latest arrives, none goes back, and of two writers one is first";
    }

    @Override
    public void run(DemoContext context) {
        told.clear();
        Map<String, Configuration> implementations = new LinkedHashMap<>();
        context.heading("Three look at a value that is not there");
        NAMES.forEach(name -> implementations.put(name, join(context, name)));
        everybodyIsTold(context, Optional.empty());

        context.heading("alice writes: compare-and-set over 'missing', which creates it");
        Value first = write(context, implementations, "alice", told.get("alice"), "rate=10")
                .orElseThrow();
        everybodyIsTold(context, Optional.of("rate=10"));
        context.tree();
        context.tell("", "the path holds the writer's mark, made in the same transaction: it will be needed");

        context.heading("alice and bob write over the same version; the servers put one first");
        race(context, implementations, first);

        context.heading("carol is cut off, and things go on without her");
        context.cut("carol");
        write(context, implementations, "alice", told.get("alice"), "rate=30").orElseThrow();
        write(context, implementations, "bob", implementations.get("bob").read(DemoContext.AT_ONCE), "rate=40")
                .orElseThrow();
        context.tell("", "her watch is set again when she is back, but tells nothing of the gap: so she reads");
        context.mend("carol");
        everybodyIsTold(context, Optional.of("rate=40"));

        context.heading("The answer to bob's write is lost after it was applied");
        context.wire("bob")
                .loseAnswer(request -> request.does("setData", context.path() + "/value"))
                .thenRun(() -> context.tell("the wire", "loses the answer, and the connection"));
        Optional<Value> bobs = write(context, implementations, "bob", told.get("bob"), "rate=50");
        if (bobs.isEmpty()) {
            throw new AssertionError("bob was told that somebody else was first, but it was he");
        }
        context.tell("", "a plain retry would have met its own echo: BADVERSION. The mark says that it was his");
        everybodyIsTold(context, Optional.of("rate=50"));

        context.heading("alice removes it; the znode stays, empty, so that versions go on");
        context.tell("alice", "removes it");
        implementations
                .get("alice")
                .remove(implementations.get("alice").read(DemoContext.AT_ONCE), DemoContext.AT_ONCE);
        everybodyIsTold(context, Optional.empty());
        context.tell("", "bob writes as if he had not heard of it");
        write(context, implementations, "bob", bobs.get(), "rate=60");
        context.tree();
    }

    private Configuration join(DemoContext context, String name) {
        return context.closeAtEnd(context.recipes().configuration(context.place(name), new Configuration.Listener() {
            @Override
            public void changed(Value value) {
                context.tell(name, "is told: " + value);
                told.put(name, value);
            }

            @Override
            public void failed(Failure why) {
                context.tell(name, "fails: " + why.getMessage());
            }
        }));
    }

    private void everybodyIsTold(DemoContext context, Optional<String> text) {
        for (String name : NAMES) {
            context.until(
                    name + " is told " + text.orElse("that it is missing"),
                    DemoContext.SUCCESSION,
                    () -> told.containsKey(name) && text(told.get(name)).equals(text));
        }
    }

    private static Optional<String> text(Value value) {
        return value.bytes().map(bytes -> new String(bytes, UTF_8));
    }

    private static Optional<Value> write(
            DemoContext context, Map<String, Configuration> implementations, String name, Value over, String text) {
        context.tell(name, "writes '" + text + "' over version " + over.version());
        Optional<Value> written = implementations.get(name).set(over, text.getBytes(UTF_8), DemoContext.SUCCESSION);
        context.tell(
                name,
                written.map(value -> "it is version " + value.version())
                        .orElse("no: somebody else was first, nothing was written"));
        return written;
    }

    private void race(DemoContext context, Map<String, Configuration> implementations, Value base) {
        CompletableFuture<Optional<Value>> ofAlice =
                context.async("alice", () -> write(context, implementations, "alice", base, "rate=20"));
        CompletableFuture<Optional<Value>> ofBob =
                context.async("bob", () -> write(context, implementations, "bob", base, "rate=25"));
        boolean alice =
                context.await("alice's answer", ofAlice, DemoContext.SUCCESSION).isPresent();
        boolean bob =
                context.await("bob's answer", ofBob, DemoContext.SUCCESSION).isPresent();
        if (alice == bob) {
            throw new AssertionError(alice ? "both were first" : "nobody was first");
        }
        everybodyIsTold(context, Optional.of(alice ? "rate=20" : "rate=25"));
    }
}
