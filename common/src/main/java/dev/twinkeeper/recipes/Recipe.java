package dev.twinkeeper.recipes;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * What all recipes have in common: a place on an ensemble, one way to say what is wrong, and an end. Copy this file with
 * the contract of the recipe that you want; it needs nothing but the JDK.
 *
 * <p>A recipe object is one participant. It has a session of its own, or shares one of its caller. The session is
 * opened in the background; when the ensemble has ended it, another one is opened. All methods may be called from any
 * thread unless they say otherwise. Listeners are called one call after the other, on a thread of the recipe; they may
 * call the recipe, and must not wait for it.
 */
public interface Recipe extends AutoCloseable {
    /** The most bytes that one znode may hold here: below ZooKeeper's one mebibyte, which counts the whole request. */
    int MAX_DATA = 1_000_000;

    /** The longest name of a participant, in characters. */
    int MAX_NAME = 200;

    /**
     * Leaves: this participant gives back what it holds, and removes its ephemerals, watches and threads. Waits for
     * that no longer than a session timeout; where no server can be reached, the ephemerals go when the session ends. A
     * call of this recipe that still waits fails with {@link Problem#CLOSED}. Nothing is called back after this has
     * returned, unless it was called by a listener. Closing twice does nothing.
     */
    @Override
    void close();

    /**
     * Where a recipe works.
     *
     * @param servers as ZooKeeper's clients take it, without a chroot: {@code host:2181,host:2182}
     * @param sessionTimeout from 100 ms to one hour; the ensemble may grant another
     * @param path the recipe's own znode, such as {@code /locks/printer}; it and its parents are made if missing
     * @param access as whom it speaks, and who may use the znodes that it makes
     */
    record Place(String servers, Duration sessionTimeout, String path, Access access) {
        private static final Duration SHORTEST = Duration.ofMillis(100);
        private static final Duration LONGEST = Duration.ofHours(1);

        /** @throws Failure {@link Problem#INVALID}, naming what is wrong */
        public Place {
            if (servers == null || servers.isBlank() || servers.indexOf('/') >= 0) {
                throw new Failure(Problem.INVALID, "servers '" + servers + "': write host:port,host:port");
            }
            if (sessionTimeout.compareTo(SHORTEST) < 0 || sessionTimeout.compareTo(LONGEST) > 0) {
                throw new Failure(Problem.INVALID, "session timeout " + sessionTimeout + ": from 100 ms to one hour");
            }
            if (path == null || path.length() < 2 || path.charAt(0) != '/' || path.endsWith("/")) {
                throw new Failure(Problem.INVALID, "path '" + path + "': write /one/or/more/names");
            }
            for (String name : path.substring(1).split("/", -1)) {
                checkName("path", name);
            }
        }

        /** With {@link Access#OPEN}. */
        public Place(String servers, Duration sessionTimeout, String path) {
            this(servers, sessionTimeout, path, Access.OPEN);
        }

        public Place withAccess(Access other) {
            return new Place(servers, sessionTimeout, path, other);
        }
    }

    /**
     * As whom a recipe speaks, who may use the znodes that it makes, and how it connects. All participants of one place
     * need the same grants. Its text form contains no secret.
     *
     * <p>The names of znodes are no secret, and neither is which of them come and go: whoever may list the parent of the
     * path, and the root of the tree, sees that the path is there.
     *
     * @param digest its identity, {@code user:password} in UTF-8, by ZooKeeper's scheme {@code digest}; empty for nobody
     *     in particular
     * @param acl who may do everything with each znode that it makes, its path and what is missing above that included:
     *     1 to 100 identities as {@code scheme:id}, such as {@code world:anyone} or {@code digest:user:HASH}.
     *     Not {@code auth:}, over TLS: that is every identity of the connection, also a certificate that all clients share
     * @param client properties of ZooKeeper's client, such as {@code zookeeper.client.secure}; empty for plain TCP
     */
    record Access(byte[] digest, List<String> acl, Map<String, String> client) {
        /** As nobody in particular, over plain TCP, and everybody may do everything. */
        public static final Access OPEN = new Access(new byte[0], List.of("world:anyone"), Map.of());

        private static final int MOST_GRANTS = 100;

        /** @throws Failure {@link Problem#INVALID}, naming what is wrong and nothing of the credentials */
        public Access {
            digest = digest.clone();
            acl = List.copyOf(acl);
            client = Map.copyOf(client);
            if (digest.length > 0 && new String(digest, StandardCharsets.UTF_8).indexOf(':') < 1) {
                throw new Failure(Problem.INVALID, "credentials: write user:password");
            }
            if (acl.isEmpty() || acl.size() > MOST_GRANTS) {
                throw new Failure(Problem.INVALID, "an ACL of " + acl.size() + " identities: 1 to " + MOST_GRANTS);
            }
            for (String grant : acl) {
                if (grant.indexOf(':') < 1) {
                    throw new Failure(Problem.INVALID, "ACL '" + grant + "': write scheme:id");
                }
            }
        }

        /** Speaks as that identity, {@code user:password}, and grants to that identity and nobody else. */
        public static Access of(String userAndPassword) {
            byte[] digest = userAndPassword.getBytes(StandardCharsets.UTF_8);
            try {
                String hash = Base64.getEncoder()
                        .encodeToString(MessageDigest.getInstance("SHA-1").digest(digest));
                String user = userAndPassword.split(":", 2)[0];
                return new Access(digest, List.of("digest:" + user + ":" + hash), Map.of());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has it", e);
            }
        }

        public Access withClient(Map<String, String> properties) {
            return new Access(digest, acl, properties);
        }

        @Override
        public byte[] digest() {
            return digest.clone();
        }

        @Override
        public String toString() {
            return "Access[acl=" + acl + "]";
        }
    }

    /**
     * Says whether this can be the name of a znode: no slash, no control character, not empty, not {@code .} or
     * {@code ..}, {@value #MAX_NAME} characters at the most.
     *
     * @param what what it is the name of, for the error
     * @return the name
     * @throws Failure {@link Problem#INVALID}
     */
    static String checkName(String what, String name) {
        boolean good = name != null
                && !name.isEmpty()
                && name.length() <= MAX_NAME
                && !name.equals(".")
                && !name.equals("..")
                && name.chars()
                        .noneMatch(c ->
                                c == '/' || Character.isISOControl(c) || c >= 0xD800 && c <= 0xF8FF || c >= 0xFFF0);
        if (!good) {
            String shown = name == null ? "null" : "'" + name.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?") + "'";
            throw new Failure(
                    Problem.INVALID,
                    what + " " + shown + ": 1 to " + MAX_NAME + " characters, no slash, no control character");
        }
        return name;
    }

    /**
     * Says whether a znode can hold it.
     *
     * @return a copy
     * @throws Failure {@link Problem#TOO_LARGE}, before anything is sent: an oversized request looks like a lost
     *     connection
     */
    static byte[] checkData(byte[] data) {
        if (data.length > MAX_DATA) {
            throw new Failure(Problem.TOO_LARGE, data.length + " bytes: " + MAX_DATA + " at the most");
        }
        return data.clone();
    }

    /** What can be wrong. */
    enum Problem {
        /** A name, path, number or duration that makes no sense; nothing was sent. */
        INVALID,
        /** More data than a znode holds, or than these servers take in one request; nothing was applied. */
        TOO_LARGE,
        /** The place is somebody else's: an ephemeral where a parent is needed, a name in use, bytes of another format. */
        FOREIGN,
        /**
         * The queue or group is as large as it may be, and nothing was added; the barrier's round is on without it; or the
         * path has more children than one answer may hold here, which was tried a few times, and nothing is left of it.
         */
        FULL,
        /** No server was reached in the time that was given. */
        CANNOT_CONNECT,
        /** The servers refuse it: permissions or authentication. */
        NOT_ALLOWED,
        /** Given back without holding it, or no longer holding it. */
        NOT_HELD,
        /** The connection was lost before the answer, and nothing in the tree can tell whether it was done. */
        UNKNOWN,
        /** The session ended, and with it what was waited for. */
        SESSION_LOST,
        /** Used after it was closed, or closed while waiting. */
        CLOSED
    }

    /** Why a recipe did not do what it was asked for. */
    final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Problem problem;

        public Failure(Problem problem, String message) {
            super(message);
            this.problem = problem;
        }

        public Problem problem() {
            return problem;
        }
    }
}
