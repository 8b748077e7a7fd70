package dev.twinkeeper.raw.session;

import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ZKConfig;
import org.apache.zookeeper.data.Stat;

/**
 * Lists children, and notices where there are more than one reply may hold. ZooKeeper's client closes the connection when
 * such a reply begins, and tells nobody why: asked for again on the next connection, it would be lost with that as well,
 * for ever. So a list that was lost with three connections in a row is only sent a fourth time where it can't be too
 * large; else it is answered with {@link Code#MARSHALLINGERROR}. On the session's loop.
 */
public final class Lists {
    private static final int MOST_LOST = 3;

    /** Of a name, in bytes, with its length before it: a path of many such names is seldom longer. */
    private static final long LARGEST_NAME = 4 + 255;

    private final Session session;
    private int connection;
    private int lostWith;
    private int lost;

    public Lists(Session session) {
        this.session = session;
    }

    /** To be told of each new connection. */
    public void connected() {
        connection++;
    }

    /** @param reply through a guard, as any */
    public void list(String parent, Children2Callback reply) {
        if (lost < MOST_LOST) {
            send(parent, reply);
            return;
        }
        session.zk()
                .exists(
                        parent,
                        false,
                        (rc, path, ctx, stat) -> session.loop().post(() -> onLooked(rc, parent, stat, reply)),
                        null);
    }

    private void onLooked(int rc, String parent, Stat stat, Children2Callback reply) {
        if (rc != Code.OK.intValue()) {
            reply.processResult(rc, parent, null, null, null);
        } else if (stat.getNumChildren() * LARGEST_NAME > limit()) {
            reply.processResult(Code.MARSHALLINGERROR.intValue(), parent, null, null, null);
        } else {
            send(parent, reply);
        }
    }

    private void send(String parent, Children2Callback reply) {
        int asked = connection;
        session.zk()
                .getChildren(
                        parent,
                        false,
                        (rc, path, ctx, names, stat) -> {
                            session.loop().post(() -> onAnswer(rc, asked));
                            reply.processResult(rc, path, ctx, names, stat);
                        },
                        null);
    }

    private void onAnswer(int rc, int asked) {
        if (rc != Code.CONNECTIONLOSS.intValue()) {
            lost = 0;
        } else if (asked != lostWith) {
            lostWith = asked;
            lost++;
        }
    }

    /** How many bytes this client takes in one reply. */
    public int limit() {
        return session.zk()
                .getClientConfig()
                .getInt(ZKConfig.JUTE_MAXBUFFER, ZKClientConfig.CLIENT_MAX_PACKET_LENGTH_DEFAULT);
    }
}
