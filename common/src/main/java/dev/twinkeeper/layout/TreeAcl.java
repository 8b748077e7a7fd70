package dev.twinkeeper.layout;

import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Security.Grant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ACL of each znode of a tree: of an identity without a role all permissions, of one with a role those of {@link
 * ZnodeKind}. Immutable.
 *
 * @param <A> what ZooKeeper takes for one identity
 */
public final class TreeAcl<A> {
    private final Layout layout;
    private final Map<ZnodeKind, List<A>> lists = new EnumMap<>(ZnodeKind.class);

    /** Makes an entry of an ACL. */
    @FunctionalInterface
    public interface Entry<A> {
        /** @param permissions as in {@code ZooDefs.Perms} */
        A of(int permissions, String scheme, String id);
    }

    public TreeAcl(Security security, Layout layout, Entry<A> entry) {
        this.layout = layout;
        for (ZnodeKind kind : ZnodeKind.values()) {
            lists.put(kind, list(security, kind, entry));
        }
    }

    /** No List.of: ZooKeeper asks it whether it holds null, which throws. */
    private static <A> List<A> list(Security security, ZnodeKind kind, Entry<A> entry) {
        Map<Grant, Integer> permissions = new LinkedHashMap<>();
        for (Grant each : security.acl()) {
            int granted = each.role().map(kind::permissions).orElse(ZnodeKind.ALL);
            // One who has two roles may do what both may.
            permissions.merge(new Grant(each.scheme(), each.id()), granted, (one, other) -> one | other);
        }
        List<A> list = new ArrayList<>();
        permissions.forEach((who, granted) -> {
            if (granted != 0) {
                list.add(entry.of(granted, who.scheme(), who.id()));
            }
        });
        return Collections.unmodifiableList(list);
    }

    /** The ACL of what is made at that path. */
    public List<A> at(String path) {
        return lists.get(ZnodeKind.of(layout, path));
    }
}
