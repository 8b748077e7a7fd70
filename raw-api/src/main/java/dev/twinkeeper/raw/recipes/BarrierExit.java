package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.recipes.BarrierMember.Phase;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.data.Stat;

/** The way out of a {@link BarrierRecipe}: the first member in leaves last, and reopens it. */
final class BarrierExit {
    private final BarrierMember member;
    private final RecipeConnection connection;

    /** In a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher watcher;

    /** The round that we are in. */
    private BarrierStart round = BarrierStart.NONE;

    /** Whether the time is up. */
    private boolean late;

    /** Whose znode we watch. */
    private String watched;

    BarrierExit(BarrierMember member, RecipeConnection connection) {
        this.member = member;
        this.connection = connection;
        this.watcher = event -> member.onEvent(event, Phase.LEAVING, this::list);
    }

    void use(BarrierStart entered) {
        round = entered;
    }

    void begin() {
        late = false;
        watched = null;
    }

    /** The time is up: it leaves, and waits for nobody. */
    void hurry() {
        late = true;
    }

    boolean isLate() {
        return late;
    }

    void look() {
        if (late && watched != null) {
            connection.unwatch(watched);
        }
        list();
    }

    private void list() {
        Children2Callback listed = member.replies().children(this::onListed);
        connection.list(connection.path(), listed);
    }

    private void onListed(Code code, List<String> children, Stat stat) {
        switch (code) {
            case OK -> onLeft(round.there(children), stat.getMzxid() != round.began());
            case NONODE -> member.onPathGone();
            default -> member.refuse(code);
        }
    }

    /**
     * @param there those of the round who have not left yet, first come, first
     * @param over somebody has reopened it
     */
    private void onLeft(List<String> there, boolean over) {
        boolean here = member.czxid() != BarrierMember.ABSENT && there.contains(member.name());
        if (here && (over || late || there.size() == 1 || !there.get(0).equals(member.name()))) {
            depart(there, over);
        } else if (over) {
            member.finish(true, null);
        } else if (there.isEmpty()) {
            member.reopen(round.version()); // B4
        } else if (late) {
            member.finish(false, null);
        } else {
            watch(there.get(here ? there.size() - 1 : 0));
        }
    }

    /** The last one out reopens in the same step: those who watch it find the round over, and need not try. */
    private void depart(List<String> there, boolean over) {
        List<Op> ops = new ArrayList<>(List.of(Op.delete(member.own(), -1)));
        if (!over && there.size() == 1) {
            ops.add(Op.setData(connection.path(), BarrierMember.NOTHING, round.version()));
        }
        member.zk().multi(ops, member.replies().multi((code, results) -> onDeparted(code, there, over)), null);
    }

    private void onDeparted(Code code, List<String> there, boolean over) {
        switch (code) {
            case OK -> {
                member.found(BarrierMember.ABSENT);
                there.remove(member.name());
                onLeft(there, over || there.isEmpty());
            }
            case NONODE -> {
                member.found(BarrierMember.ABSENT); // deleted by a request whose answer was lost
                list();
            }
            case BADVERSION -> list(); // somebody's hand has reopened it
            default -> member.refuse(code);
        }
    }

    /** getData rather than exists, which would leave a watch where it is gone already. */
    private void watch(String name) {
        watched = connection.path(name);
        DataCallback seen = member.replies().data((code, data, stat) -> onWatched(code, name, stat));
        member.zk().getData(watched, watcher, seen, null);
    }

    private void onWatched(Code code, String name, Stat stat) {
        switch (code) {
            case OK -> {
                if (stat.getCzxid() > round.began()) { // it has gone, and come for the next round
                    connection.unwatch(watched);
                    round = round.without(name);
                    list();
                }
            }
            case NONODE -> list();
            default -> member.refuse(code);
        }
    }
}
