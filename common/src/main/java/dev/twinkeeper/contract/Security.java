package dev.twinkeeper.contract;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who a participant is, who may use the znodes that it makes, and how it connects. Immutable. Its text form contains no
 * secret.
 *
 * @param credentials its identity, by ZooKeeper's scheme {@code digest}; empty for none
 * @param acl the identities that may use the znodes that it makes, each for everything or in a role; never empty
 * @param client properties of ZooKeeper's client, such as {@code zookeeper.client.secure}; empty for plain TCP
 */
public record Security(Optional<Credentials> credentials, List<Grant> acl, Map<String, String> client) {
    /** No identity, plain TCP, and everybody may do everything. */
    public static final Security NONE = new Security(Optional.empty(), List.of(Grant.EVERYBODY), Map.of());

    private static final int MOST_GRANTS = 100;

    /**
     * @throws CoordinationException {@code INVALID} where nobody could use the znodes, or too many identities are named;
     *     where some have roles, and nobody has one of the four
     */
    public Security {
        acl = List.copyOf(acl);
        client = Map.copyOf(client);
        if (acl.isEmpty() || acl.size() > MOST_GRANTS) {
            throw CoordinationException.invalid(
                    "acl", acl.size() + " identities", "from 1 to " + MOST_GRANTS + " may be granted");
        }
        checkRoles(acl);
    }

    private static void checkRoles(List<Grant> acl) {
        if (!hasRoles(acl)) {
            return;
        }
        if (acl.contains(Grant.EVERYBODY)) {
            throw CoordinationException.invalid(
                    "acl", "open", "everybody may do everything then: leave it out, or the roles");
        }
        for (TreeRole role : TreeRole.values()) {
            if (acl.stream().noneMatch(each -> each.role().map(role::equals).orElse(true))) {
                throw CoordinationException.invalid(
                        "acl", role.toString(), "nobody has this role: add " + role + "=digest:user:HASH");
            }
        }
    }

    private static boolean hasRoles(List<Grant> acl) {
        return acl.stream().anyMatch(each -> each.role().isPresent());
    }

    /**
     * The identities that may do everything, for what has no roles.
     *
     * @param what it is, for the error: {@code recipes}
     * @throws CoordinationException {@code INVALID} where some have roles
     */
    public List<Grant> withoutRoles(String what) {
        if (hasRoles(acl)) {
            throw CoordinationException.invalid(
                    "acl",
                    acl.stream().map(Grant::toString).collect(Collectors.joining(",")),
                    "for " + what + ", name identities without roles, as digest:user:HASH");
        }
        return acl;
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
     * The right of an identity, as ZooKeeper writes it: {@code world:anyone}, {@code digest:user:hash},
     * {@code x509:CN=…}.
     *
     * @param role for what; empty for everything
     */
    public record Grant(String scheme, String id, Optional<TreeRole> role) {
        public static final Grant EVERYBODY = new Grant("world", "anyone");

        private static final String CREATOR = "creator";

        /** For everything. */
        public Grant(String scheme, String id) {
            this(scheme, id, Optional.empty());
        }

        public Grant in(TreeRole granted) {
            return new Grant(scheme, id, Optional.of(granted));
        }

        /**
         * Reads {@code open}, {@code creator}, or identities with commas between them, each with {@code role=} before it
         * or without.
         *
         * @param own what {@code creator} stands for
         * @throws CoordinationException {@code INVALID} where it is none of these, or {@code creator} without
         *     credentials or beside roles; or where there are roles and we could use nothing of what we make
         */
        public static List<Grant> parse(String text, Optional<Credentials> own) {
            List<Grant> grants = new ArrayList<>();
            boolean creator = false;
            for (String each : text.split(",", -1)) {
                String part = each.strip();
                int sign = part.split(":", 2)[0].indexOf('='); // in x509:CN=… it is none
                Grant grant = one(text, part.substring(sign + 1), own);
                grants.add(sign < 0 ? grant : grant.in(TreeRole.parse(part.substring(0, sign))));
                creator |= part.substring(sign + 1).equals(CREATOR);
            }
            if (hasRoles(grants) && creator) {
                throw CoordinationException.invalid(
                        "acl", text, "beside roles creator is somebody else in each process: name the identity");
            }
            if (hasRoles(grants)) {
                checkOwn(text, grants, own.map(Credentials::grant));
            }
            return grants;
        }

        /** Who makes a znode that it may not use has mistyped its password, or the hash. */
        private static void checkOwn(String text, List<Grant> grants, Optional<Grant> own) {
            boolean named = grants.stream()
                    .anyMatch(each -> !each.scheme().equals("digest")
                            || own.isPresent() && each.id().equals(own.get().id()));
            if (!named) {
                throw CoordinationException.invalid(
                        "acl", text, "our own credentials are none of these identities, so we could use nothing");
            }
        }

        private static Grant one(String text, String each, Optional<Credentials> own) {
            if (each.equals("open")) {
                return EVERYBODY;
            }
            if (each.equals(CREATOR)) {
                return own.orElseThrow(() ->
                                CoordinationException.invalid("acl", CREATOR, "there are no credentials to grant to"))
                        .grant();
            }
            if (!each.matches("digest:[^:,]+:[A-Za-z0-9+/]{27}=|x509:[^,]+|ip:[0-9a-fA-F.:/]+")) {
                throw CoordinationException.invalid(
                        "acl",
                        text,
                        "write open, creator, or identities as digest:user:HASH, x509:NAME, ip:ADDRESS with commas, each"
                                + " with role= before it where there are several");
            }
            int colon = each.indexOf(':');
            return new Grant(each.substring(0, colon), each.substring(colon + 1));
        }

        /** As in {@code --acl}. */
        @Override
        public String toString() {
            return role.map(each -> each + "=").orElse("") + scheme + ":" + id;
        }
    }
}
