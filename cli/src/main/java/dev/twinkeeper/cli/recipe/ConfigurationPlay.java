package dev.twinkeeper.cli.recipe;

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
final class ConfigurationPlay implements Play {
    private static final List<String> NAMES = List.of("alice", "bob", "carol");

    /** What each was told last. */
    private final Map<String, Value> told = new ConcurrentHashMap<>();

    @Override
    public String title() {
        return "one value, many readers: the latest arrives, none goes back, and of two writers one is first";
    }

    @Override
    public void play(Theatre theatre) {
        told.clear();
        Map<String, Configuration> cast = new LinkedHashMap<>();
        theatre.scene("Three look at a value that is not there");
        NAMES.forEach(name -> cast.put(name, join(theatre, name)));
        everybodyIsTold(theatre, Optional.empty());

        theatre.scene("alice writes: compare-and-set over 'missing', which creates it");
        Value first =
                write(theatre, cast, "alice", told.get("alice"), "rate=10").orElseThrow();
        everybodyIsTold(theatre, Optional.of("rate=10"));
        theatre.tree();
        theatre.tell("", "the path holds the writer's mark, made in the same transaction: it will be needed");

        theatre.scene("alice and bob write over the same version; the servers put one first");
        race(theatre, cast, first);

        theatre.scene("carol is cut off, and things go on without her");
        theatre.cut("carol");
        write(theatre, cast, "alice", told.get("alice"), "rate=30").orElseThrow();
        write(theatre, cast, "bob", cast.get("bob").read(Theatre.AT_ONCE), "rate=40")
                .orElseThrow();
        theatre.tell("", "her watch is set again when she is back, but tells nothing of the gap: so she reads");
        theatre.mend("carol");
        everybodyIsTold(theatre, Optional.of("rate=40"));

        theatre.scene("The answer to bob's write is lost after it was applied");
        theatre.wire("bob")
                .loseAnswer(request -> request.does("setData", theatre.path() + "/value"))
                .thenRun(() -> theatre.tell("the wire", "loses the answer, and the connection"));
        Optional<Value> bobs = write(theatre, cast, "bob", told.get("bob"), "rate=50");
        if (bobs.isEmpty()) {
            throw new AssertionError("bob was told that somebody else was first, but it was he");
        }
        theatre.tell("", "a plain retry would have met its own echo: BADVERSION. The mark says that it was his");
        everybodyIsTold(theatre, Optional.of("rate=50"));

        theatre.scene("alice removes it; the znode stays, empty, so that versions go on");
        theatre.tell("alice", "removes it");
        cast.get("alice").remove(cast.get("alice").read(Theatre.AT_ONCE), Theatre.AT_ONCE);
        everybodyIsTold(theatre, Optional.empty());
        theatre.tell("", "bob writes as if he had not heard of it");
        write(theatre, cast, "bob", bobs.get(), "rate=60");
        theatre.tree();
    }

    private Configuration join(Theatre theatre, String name) {
        return theatre.cast(theatre.recipes().configuration(theatre.place(name), new Configuration.Listener() {
            @Override
            public void changed(Value value) {
                theatre.tell(name, "is told: " + value);
                told.put(name, value);
            }

            @Override
            public void failed(Failure why) {
                theatre.tell(name, "fails: " + why.getMessage());
            }
        }));
    }

    private void everybodyIsTold(Theatre theatre, Optional<String> text) {
        for (String name : NAMES) {
            theatre.until(
                    name + " is told " + text.orElse("that it is missing"),
                    Theatre.SUCCESSION,
                    () -> told.containsKey(name) && text(told.get(name)).equals(text));
        }
    }

    private static Optional<String> text(Value value) {
        return value.bytes().map(bytes -> new String(bytes, UTF_8));
    }

    private static Optional<Value> write(
            Theatre theatre, Map<String, Configuration> cast, String name, Value over, String text) {
        theatre.tell(name, "writes '" + text + "' over version " + over.version());
        Optional<Value> written = cast.get(name).set(over, text.getBytes(UTF_8), Theatre.SUCCESSION);
        theatre.tell(
                name,
                written.map(value -> "it is version " + value.version())
                        .orElse("no: somebody else was first, nothing was written"));
        return written;
    }

    private void race(Theatre theatre, Map<String, Configuration> cast, Value base) {
        CompletableFuture<Optional<Value>> ofAlice =
                theatre.async("alice", () -> write(theatre, cast, "alice", base, "rate=20"));
        CompletableFuture<Optional<Value>> ofBob =
                theatre.async("bob", () -> write(theatre, cast, "bob", base, "rate=25"));
        boolean alice =
                theatre.await("alice's answer", ofAlice, Theatre.SUCCESSION).isPresent();
        boolean bob = theatre.await("bob's answer", ofBob, Theatre.SUCCESSION).isPresent();
        if (alice == bob) {
            throw new AssertionError(alice ? "both were first" : "nobody was first");
        }
        everybodyIsTold(theatre, Optional.of(alice ? "rate=20" : "rate=25"));
    }
}
