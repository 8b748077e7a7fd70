package dev.twinkeeper.raw.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.raw.session.ScriptedServers;
import dev.twinkeeper.recipes.Recipe.Failure;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

/** What a member asks next, over a long life. */
class MembershipEntryTest {
    /** More than every server takes for certain. */
    private static final byte[] LARGE = new byte[5_000];

    private static final int SESSIONS = 6;

    private final ScriptedServers servers = new ScriptedServers();
    private final RecipeConnection connection =
            new RecipeConnection(servers.session(), "/g", new RecipeConnection.Owner() {
                @Override
                public void connected() {
                    entry.begin();
                }

                @Override
                public void disconnected() {
                    entry.suspend();
                }

                @Override
                public void failed(Failure why) {
                    throw new AssertionError(why);
                }
            });

    /** Nothing here concerns the view. */
    private final MembershipEntry entry = new MembershipEntry(null, connection);

    @Test
    void aLargeMemberOutlivesLossesThatWereNotForItsSize() {
        MembershipEntry.Own own = new MembershipEntry.Own("a", LARGE);
        servers.session().open();
        connection.open();
        servers.run().connect().stat("exists /g", new Stat());
        servers.session().loop().post(() -> entry.join(own));
        servers.run().answer("getData /g/a", Code.NONODE).stat("exists /g", new Stat());
        servers.answer("create /g/a", Code.OK);
        assertThat(own.joined).isCompleted();

        for (int session = 0; session < SESSIONS; session++) {
            servers.expire();
            again();
            assertThat(servers.zk().asked()).as("after %d losses", session).containsExactly("create /g/a");
            servers.disconnect();
            again();
            servers.answer("create /g/a", Code.OK);
        }
    }

    private void again() {
        servers.connect().stat("exists /g", new Stat()).answer("getData /g/a", Code.NONODE);
    }
}
