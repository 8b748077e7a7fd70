package dev.twinkeeper.cli.intrude;

import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Security.Credentials;
import dev.twinkeeper.contract.TreeRole;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.TreeAcl;
import java.util.Arrays;
import java.util.List;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** An identity for each role; the owner of the root is the operator. */
final class RoleIdentities {
    private RoleIdentities() {}

    static Credentials of(TreeRole role) {
        return role == TreeRole.OPERATOR ? LockedPlace.OWNER : Credentials.parse(role + ":its secret");
    }

    /** For who has that role. */
    static Security security(TreeRole role) {
        List<Security.Grant> grants = Arrays.stream(TreeRole.values())
                .map(each -> of(each).grant().in(each))
                .toList();
        return Security.NONE.withCredentials(of(role)).withAcl(grants);
    }

    static TreeAcl<ACL> acl(Layout layout) {
        return new TreeAcl<>(
                security(TreeRole.OPERATOR),
                layout,
                (permissions, scheme, id) -> new ACL(permissions, new Id(scheme, id)));
    }
}
