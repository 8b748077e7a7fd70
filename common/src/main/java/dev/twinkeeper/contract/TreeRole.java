package dev.twinkeeper.contract;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What an identity is in a tree that is locked to several identities. It may do there what that needs; what that is for
 * each kind of znode stands in {@link dev.twinkeeper.layout.ZnodeKind}.
 */
public enum TreeRole {
    /** A person who may do everything, to look after the tree and to repair it. */
    OPERATOR,
    MASTER,
    WORKER,
    CLIENT;

    /** @throws CoordinationException {@code INVALID}, which lists the roles */
    static TreeRole parse(String text) {
        return Arrays.stream(values())
                .filter(role -> role.toString().equals(text))
                .findFirst()
                .orElseThrow(() -> CoordinationException.invalid(
                        "role",
                        text,
                        "use one of "
                                + Arrays.stream(values())
                                        .map(TreeRole::toString)
                                        .collect(Collectors.joining(", "))));
    }

    /** As in {@code --acl}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
