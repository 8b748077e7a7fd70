package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.recipes.Recipe.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.zookeeper.KeeperException.Code;

/** Who stands in an {@link ElectionRecipe}'s queue, for all who ask. What a lost connection left open is asked again. */
final class ElectionCandidates {
    private static final Pattern CANDIDATE = Pattern.compile(".*latch-[0-9]{10}");
    private static final int NUMBER = 10;

    private final RecipeConnection connection;
    private final Set<CompletableFuture<List<String>>> readers = ConcurrentHashMap.newKeySet();

    ElectionCandidates(RecipeConnection connection) {
        this.connection = connection;
    }

    /** X2: the candidates in their order; others that are there are no business of ours. */
    static List<String> queue(List<String> children) {
        return children.stream()
                .filter(CANDIDATE.asMatchPredicate())
                .sorted(Comparator.comparing(name -> name.substring(name.length() - NUMBER)))
                .toList();
    }

    /** From any thread but the session's. */
    List<String> read(Duration patience, Runnable checkOpen) {
        CompletableFuture<List<String>> reader = new CompletableFuture<>();
        readers.add(reader);
        try {
            checkOpen.run(); // after adding: else a close in between would leave this call to wait
            connection.post(() -> list(reader));
            return RecipeConnection.await(reader, patience);
        } catch (TimeoutException e) {
            throw connection.cannotConnect();
        } finally {
            readers.remove(reader);
        }
    }

    /** Connected. */
    void begin() {
        readers.forEach(this::list);
    }

    void end(Failure why) {
        readers.forEach(reader -> reader.completeExceptionally(why));
    }

    private void list(CompletableFuture<List<String>> reader) {
        if (connection.isConnected()) {
            connection.readBarrier(() -> connection.list(
                    connection.path(),
                    connection.replies().children((code, children, stat) -> onListed(code, children, reader))));
        }
    }

    private void onListed(Code code, List<String> children, CompletableFuture<List<String>> reader) {
        switch (code) {
            case OK -> read(queue(children).iterator(), new ArrayList<>(), reader);
            case NONODE -> reader.complete(List.of());
            default -> refuse(code, reader);
        }
    }

    /** One after the other: as many requests at once as there are candidates would be a burst without a bound. */
    private void read(Iterator<String> left, List<String> names, CompletableFuture<List<String>> reader) {
        if (!left.hasNext()) {
            reader.complete(List.copyOf(names));
            return;
        }
        connection
                .zk()
                .getData(
                        connection.path(left.next()),
                        false,
                        connection.replies().data((code, data, stat) -> onRead(code, data, left, names, reader)),
                        null);
    }

    private void onRead(
            Code code, byte[] data, Iterator<String> left, List<String> names, CompletableFuture<List<String>> reader) {
        switch (code) {
            case OK -> {
                names.add(data == null ? "" : new String(data, UTF_8));
                read(left, names, reader);
            }
            case NONODE -> read(left, names, reader); // gone since it was listed
            default -> refuse(code, reader);
        }
    }

    private void refuse(Code code, CompletableFuture<List<String>> reader) {
        reader.completeExceptionally(connection.refused("reading the queue", code));
    }
}
