package dev.twinkeeper.contract;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a role connects, and its bounds. Immutable; begin with {@link #connect} and change what you need.
 *
 * @param connect the servers and the chroot
 * @param sessionTimeout what the role asks for; the servers may grant another. 100 ms to 10 minutes
 * @param connectTimeout how long {@link Role#ready()} waits for a first connection. 100 ms to 10 minutes
 * @param address what the role writes into its znode, so that a person can find the process: one word; by default
 *     {@code PID@HOST}
 * @param slots how many tasks a worker takes at a time, 1 to 1000
 * @param window how many single requests a role keeps in flight, 1 to 1000: ZooKeeper's client would queue without bound
 * @param batch the most operations of a transaction, 4 to 1000, the fence included
 * @param backlog how many submits, outcomes and collects a client may have under way, 1 to 10 million
 * @param retention how long the master leaves a completed task that nobody collects, the same for all roles of a tree,
 *     because clients rely on it. 1 second to 365 days
 * @param lostWorkers the number of workers lost with a task at which the master gives it up, the same for all masters
 *     of a tree. 1 to 1000
 * @param security who the role is, and who may use the znodes that it makes
 */
public record Settings(
        ConnectString connect,
        Duration sessionTimeout,
        Duration connectTimeout,
        String address,
        int slots,
        int window,
        int batch,
        int backlog,
        Duration retention,
        int lostWorkers,
        Security security) {
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    /** @throws CoordinationException {@code INVALID} naming the setting and its bounds */
    public Settings {
        between("session timeout", sessionTimeout, Duration.ofMillis(100), TEN_MINUTES);
        between("connect timeout", connectTimeout, Duration.ofMillis(100), TEN_MINUTES);
        NodeName.checkWord("address", address);
        between("slots", slots, 1, 1_000);
        between("window", window, 1, 1_000);
        between("batch", batch, 4, 1_000);
        between("backlog", backlog, 1, 10_000_000);
        between("retention", retention, Duration.ofSeconds(1), Duration.ofDays(365));
        between("lost workers", lostWorkers, 1, 1_000);
    }

    /** The defaults, for the servers and the chroot of this connect string. */
    public static Settings connect(String connectString) {
        return new Settings(
                ConnectString.parse(connectString),
                Duration.ofSeconds(6),
                Duration.ofSeconds(15),
                ProcessHandle.current().pid() + "@" + HostName.own(),
                4,
                64,
                200,
                1_000_000,
                Duration.ofHours(1),
                3,
                Security.NONE);
    }

    public Settings withConnect(String connectString) {
        return with(change -> change.connect = ConnectString.parse(connectString));
    }

    public Settings withSessionTimeout(Duration timeout) {
        return with(change -> change.sessionTimeout = timeout);
    }

    public Settings withConnectTimeout(Duration timeout) {
        return with(change -> change.connectTimeout = timeout);
    }

    public Settings withAddress(String own) {
        return with(change -> change.address = own);
    }

    public Settings withSlots(int count) {
        return with(change -> change.slots = count);
    }

    public Settings withWindow(int requests) {
        return with(change -> change.window = requests);
    }

    public Settings withBatch(int operations) {
        return with(change -> change.batch = operations);
    }

    public Settings withBacklog(int tasks) {
        return with(change -> change.backlog = tasks);
    }

    public Settings withRetention(Duration time) {
        return with(change -> change.retention = time);
    }

    public Settings withLostWorkers(int count) {
        return with(change -> change.lostWorkers = count);
    }

    public Settings withSecurity(Security own) {
        return with(change -> change.security = own);
    }

    private Settings with(Consumer<Change> what) {
        Change change = new Change(this);
        what.accept(change);
        return change.settings();
    }

    /** A copy on which one of the settings is set. */
    private static final class Change {
        private ConnectString connect;
        private Duration sessionTimeout;
        private Duration connectTimeout;
        private String address;
        private int slots;
        private int window;
        private int batch;
        private int backlog;
        private Duration retention;
        private int lostWorkers;
        private Security security;

        private Change(Settings from) {
            this.connect = from.connect;
            this.sessionTimeout = from.sessionTimeout;
            this.connectTimeout = from.connectTimeout;
            this.address = from.address;
            this.slots = from.slots;
            this.window = from.window;
            this.batch = from.batch;
            this.backlog = from.backlog;
            this.retention = from.retention;
            this.lostWorkers = from.lostWorkers;
            this.security = from.security;
        }

        private Settings settings() {
            return new Settings(
                    connect,
                    sessionTimeout,
                    connectTimeout,
                    address,
                    slots,
                    window,
                    batch,
                    backlog,
                    retention,
                    lostWorkers,
                    security);
        }
    }

    private static void between(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw CoordinationException.invalid(what, String.valueOf(value), "must be from " + least + " to " + most);
        }
    }

    private static void between(String what, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw CoordinationException.invalid(
                    what,
                    Durations.format(value),
                    "must be from " + Durations.format(least) + " to " + Durations.format(most));
        }
    }
}
