package dev.twinkeeper.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.twinkeeper.contract.Security.Credentials;
import dev.twinkeeper.contract.Security.Grant;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.TreeAcl;
import dev.twinkeeper.layout.ZnodeKind;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --acl} takes, and the ACLs that come of it. */
class GrantTest {
    private static final Credentials M = Credentials.parse("m:secret");
    private static final Layout LAYOUT = new Layout("/above/app");

    private static String digest(String user) {
        return "digest:" + Credentials.parse(user + ":secret").grant().id();
    }

    private static String last(String text) {
        return text.substring(text.length() - 1).toLowerCase(Locale.ROOT);
    }

    /** With {@code X} for the identity of that name: {@code master=M}. */
    private static Security of(String acl) {
        String written = Arrays.stream(acl.split(",", -1))
                .map(each ->
                        each.matches("(.*=)?[A-Z]") ? each.substring(0, each.length() - 1) + digest(last(each)) : each)
                .collect(Collectors.joining(","));
        return Security.NONE.withAcl(Grant.parse(written, Optional.of(M)));
    }

    private static String acl(String text, String path) {
        TreeAcl<String> tree = new TreeAcl<>(
                of(text),
                LAYOUT,
                (permissions, scheme, id) -> id.split(":", 2)[0] + " " + ZnodeKind.letters(permissions));
        return String.join(", ", tree.at(path));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/above                               | o cdrwa, m cr",
                "/                                    | o cdrwa, m cr",
                "/above/app                           | o cdrwa, m cdr",
                "/above/app/master                    | o cdrwa, m rw",
                "/above/app/master-epoch              | o cdrwa, m rw, w r, c r",
                "/above/app/master-candidates         | o cdrwa, m cdr",
                "/above/app/master-candidates/_c_1-latch- | o cdrwa, m r",
                "/above/app/workers                   | o cdrwa, m r, w cr, c r",
                "/above/app/workers/w1                | o cdrwa, m r, w r",
                "/above/app/assign                    | o cdrwa, m cdr, w cr, c r",
                "/above/app/assign/w1                 | o cdrwa, m cdr, w dr",
                "/above/app/assign/w1/task-0000000000 | o cdrwa, m rw, w r",
                "/above/app/tasks                     | o cdrwa, m dr, w r, c cdr",
                "/above/app/tasks/task-abc-           | o cdrwa, m cdr, w cr, c dr",
                "/above/app/tasks/task-0000000000     | o cdrwa, m cdr, w cr, c dr",
                "/above/app/tasks/task-0000000000/status | o cdrwa, m r, c r",
                "/above/app/tasks/task-0000000000/other  | o cdrwa",
                "/above/app/other                     | o cdrwa",
                "/elsewhere                           | o cdrwa",
            })
    void eachKindOfZnodeHasAnAclOfItsOwn(String path, String expected) {
        assertThat(acl("operator=O,master=M,worker=W,client=C", path)).isEqualTo(expected);
    }

    @Test
    void withoutAChrootTheRootIsIt() {
        assertThat(ZnodeKind.of(new Layout(""), "/")).isEqualTo(ZnodeKind.CHROOT);
        assertThat(ZnodeKind.of(new Layout(""), "/tasks")).isEqualTo(ZnodeKind.TASKS);
    }

    @Test
    void whoHasNoRoleMayDoEverything() {
        assertThat(acl("M", "/above/app/tasks")).isEqualTo("m cdrwa");
        assertThat(acl("creator", "/elsewhere")).isEqualTo("m cdrwa");
        assertThat(acl("open", "/above/app/tasks")).isEqualTo("anyone cdrwa");
        assertThat(acl("O,worker=W,master=M", "/above/app/workers/w1")).isEqualTo("o cdrwa, w r, m r");
    }

    @Test
    void severalMayHaveOneRoleAndOneMayHaveSeveral() {
        assertThat(acl("operator=O,master=M,worker=W,worker=V,client=W", "/above/app/tasks"))
                .isEqualTo("o cdrwa, m dr, w cdr, v r");
        assertThat(acl("operator=O,master=M,worker=W,client=open", "/above/app/tasks"))
                .isEqualTo("o cdrwa, m dr, w r, anyone cdr");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "operator=O,master=M,worker=W          | client': nobody has this role: add client=",
                "master=M,worker=W,client=C            | operator': nobody has this role",
                "mastr=M,operator=O,worker=W,client=C  | role 'mastr': use one of operator, master, worker, client",
                "Master=M,operator=O                   | role 'Master': use one of",
                "=M,operator=O                         | role '': use one of",
                "master=,operator=O                    | write open, creator, or identities",
                "master=m,operator=O                   | write open, creator, or identities",
                "master=worker=M,operator=O            | write open, creator, or identities",
                "open,worker=W                         | everybody may do everything then",
                "creator,worker=W                      | creator is somebody else in each process",
                "operator=creator,master=M,worker=W,client=C | creator is somebody else in each process",
                "operator=O,master=N,worker=W,client=C | our own credentials are none of these",
            })
    void whatNobodyCouldUseIsRefusedInOneLine(String acl, String complaint) {
        assertThatThrownBy(() -> of(acl))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining(complaint)
                .hasMessageNotContainingAny("\n", "secret");
    }

    @Test
    void withoutCredentialsNothingCouldBeUsed() {
        String acl = Stream.of("operator", "master", "worker", "client")
                .map(role -> role + "=" + digest("x"))
                .collect(Collectors.joining(","));

        assertThatThrownBy(() -> Grant.parse(acl, Optional.empty())).hasMessageContaining("our own credentials");
        // A certificate may be ours.
        assertThat(Grant.parse(acl + ",client=x509:CN=us", Optional.empty())).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "x509:CN=me", "ip:127.0.0.1"})
    void whatHasNoRolesTakesWhoeverHasNone(String acl) {
        assertThat(of(acl).withoutRoles("recipes")).hasSize(1);
    }

    @Test
    void whatHasNoRolesRefusesThem() {
        Security roles = of("O,worker=M");

        assertThatThrownBy(() -> roles.withoutRoles("recipes"))
                .isInstanceOf(CoordinationException.class)
                .hasMessageContaining("for recipes, name identities without roles");
        assertThat(roles.acl())
                .extracting(Grant::role)
                .isEqualTo(List.of(Optional.empty(), Optional.of(TreeRole.WORKER)));
    }
}
