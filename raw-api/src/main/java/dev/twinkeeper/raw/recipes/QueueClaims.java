package dev.twinkeeper.raw.recipes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.data.Stat;

/**
 * The claims of a {@link QueueConsumer}: an ephemeral each, with an id of its own for its data, which tells it from that of
 * another recipe in the same session. One that is given back rests for a time, and is deleted then.
 */
final class QueueClaims {
    private final RecipeConnection connection;
    private final String parent;
    private final Runnable released;
    private final byte[] id = UUID.randomUUID().toString().getBytes(ISO_8859_1);
    private final Set<String> resting = new HashSet<>(); // not to be taken by us, until our claim is gone
    private final Set<String> rested = new HashSet<>(); // those of them whose claims are to go
    private boolean listed;

    /** @param released runs when a claim is gone that was given back */
    QueueClaims(RecipeConnection connection, String parent, Runnable released) {
        this.connection = connection;
        this.parent = parent;
        this.released = released;
    }

    String path(String name) {
        return parent + "/" + name;
    }

    Op create(String name) {
        return Op.create(path(name), id, connection.acl(), CreateMode.EPHEMERAL);
    }

    boolean isOurs(byte[] data, Stat stat) {
        return connection.owns(stat.getEphemeralOwner()) && Arrays.equals(data, id);
    }

    boolean isResting(String name) {
        return resting.contains(name);
    }

    /** Connected, and what is read is not older than the gap. */
    void begin() {
        listed = true;
        Set.copyOf(rested).forEach(this::release);
    }

    void suspend() {
        listed = false;
    }

    /** Gives it back after that time. */
    void rest(String name, Duration time) {
        resting.add(name);
        connection.after(time, () -> {
            rested.add(name);
            release(name);
        });
    }

    /** Only ours: what went with our session, was deleted by an operator, or by us unheard, may be another's by now. */
    private void release(String name) {
        if (listed) { // else begin() comes back to it
            DataCallback reply = connection.replies().data((code, data, stat) -> onOwner(name, code, data, stat));
            connection.zk().getData(path(name), false, reply, null);
        }
    }

    private void onOwner(String name, Code code, byte[] data, Stat stat) {
        if (code == Code.OK && isOurs(data, stat)) {
            connection
                    .zk()
                    .delete(path(name), -1, connection.replies().done(deleted -> onReleased(name, deleted)), null);
        } else {
            onReleased(name, code == Code.NOAUTH ? Code.OK : code); // one that may not be read is another's
        }
    }

    private void onReleased(String name, Code code) {
        switch (code) {
            case OK, NONODE -> {
                resting.remove(name);
                rested.remove(name);
                released.run();
            }
            default -> connection.after(QueueRecipe.RETRY_PAUSE, () -> release(name));
        }
    }
}
