package dev.twinkeeper.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who a participant is, who may use the znodes that it makes, and how it connects. Immutable. Its text form contains no
 * secret.
 *
 * @param credentials its identity, by ZooKeeper's scheme {@code digest}; empty for none
 * @param acl the identities that may do everything with the znodes that it makes; never empty
 * @param client properties of ZooKeeper's client, such as {@code zookeeper.client.secure}; empty for plain TCP
 */
public record Security(Optional<Credentials> credentials, List<Grant> acl, Map<String, String> client) {
    /** No identity, plain TCP, and everybody may do everything. */
    public static final Security NONE = new Security(Optional.empty(), List.of(Grant.EVERYBODY), Map.of());

    private static final int MOST_GRANTS = 100;

    /**
     * @throws CoordinationException {@code INVALID} where nobody could use the znodes, or too many identities are named
     */
    public Security {
        acl = List.copyOf(acl);
        client = Map.copyOf(client);
        if (acl.isEmpty() || acl.size() > MOST_GRANTS) {
            throw CoordinationException.invalid(
                    "acl", acl.size() + " identities", "from 1 to " + MOST_GRANTS + " may be granted");
        }
    }

    public Security withCredentials(Credentials own) {
        return new Security(Optional.of(own), acl, client);
    }

    public Security withAcl(List<Grant> grants) {
        return new Security(credentials, grants, client);
    }

    public Security withClient(Map<String, String> properties) {
        return new Security(credentials, acl, properties);
    }

    /** A user and a password, which is never printed. */
    public static final class Credentials {
        private static final int LONGEST = 1_000;

        private final String user;
        private final String password;

        private Credentials(String user, String password) {
            this.user = user;
            this.password = password;
        }

        /**
         * Reads {@code user:password}; the password may have colons.
         *
         * @throws CoordinationException {@code INVALID}, which contains nothing of the text
         */
        public static Credentials parse(String text) {
            int colon = text.indexOf(':');
            boolean good = colon > 0
                    && colon < text.length() - 1
                    && text.length() <= LONGEST
                    && text.chars().noneMatch(Character::isISOControl);
            if (!good) {
                throw new CoordinationException(
                        CoordinationException.Problem.INVALID,
                        "credentials: write user:password, one line of at most " + LONGEST + " characters");
            }
            return new Credentials(text.substring(0, colon), text.substring(colon + 1));
        }

        /** The scheme under which ZooKeeper takes {@link #bytes}. */
        public String scheme() {
            return "digest";
        }

        /** What ZooKeeper's {@code addAuthInfo} takes. */
        public byte[] bytes() {
            return (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        }

        /**
         * What an ACL says for these credentials alone. ZooKeeper's own {@code auth} would grant to every identity of the
         * connection: over TLS also to the certificate, which all clients may share.
         */
        public Grant grant() {
            try {
                byte[] hash = MessageDigest.getInstance("SHA-1").digest(bytes());
                return new Grant(scheme(), user + ":" + Base64.getEncoder().encodeToString(hash));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has it", e);
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Credentials same && user.equals(same.user) && password.equals(same.password);
        }

        @Override
        public int hashCode() {
            return user.hashCode();
        }

        @Override
        public String toString() {
            return "digest:" + user;
        }
    }

    /**
     * The right to do everything, for an identity as ZooKeeper writes it: {@code world:anyone}, {@code digest:user:hash},
     * {@code x509:CN=…}.
     */
    public record Grant(String scheme, String id) {
        public static final Grant EVERYBODY = new Grant("world", "anyone");

        /**
         * Reads {@code open}, {@code creator}, or identities with commas between them.
         *
         * @param own what {@code creator} stands for
         * @throws CoordinationException {@code INVALID} where it is none of these, or {@code creator} without
         *     credentials
         */
        public static List<Grant> parse(String text, Optional<Credentials> own) {
            List<Grant> grants = new ArrayList<>();
            for (String each : text.split(",", -1)) {
                grants.add(one(text, each.strip(), own));
            }
            return grants;
        }

        private static Grant one(String text, String each, Optional<Credentials> own) {
            if (each.equals("open")) {
                return EVERYBODY;
            }
            if (each.equals("creator")) {
                return own.orElseThrow(() ->
                                CoordinationException.invalid("acl", "creator", "there are no credentials to grant to"))
                        .grant();
            }
            if (!each.matches("digest:[^:,]+:[A-Za-z0-9+/]{27}=|x509:[^,]+|ip:[0-9a-fA-F.:/]+")) {
                throw CoordinationException.invalid(
                        "acl",
                        text,
                        "write open, creator, or identities as digest:user:HASH, x509:NAME, ip:ADDRESS with commas");
            }
            int colon = each.indexOf(':');
            return new Grant(each.substring(0, colon), each.substring(colon + 1));
        }
    }
}
