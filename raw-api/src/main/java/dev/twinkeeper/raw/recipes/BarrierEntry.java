package dev.twinkeeper.raw.recipes;

import dev.twinkeeper.raw.recipes.BarrierMember.Phase;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.zookeeper.AsyncCallback.Children2Callback;
import org.apache.zookeeper.AsyncCallback.DataCallback;
import org.apache.zookeeper.AsyncCallback.MultiCallback;
import org.apache.zookeeper.AsyncCallback.StringCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.data.Stat;

/** The way into a {@link BarrierRecipe}, and back out of it where the time is up before all are there. */
final class BarrierEntry {
    private final BarrierMember member;
    private final RecipeConnection connection;
    private final int members;

    /** Each in a field: ZooKeeper takes equal watchers for one, where a new lambda each time would pile up. */
    private final Watcher ownWatcher;

    private final Watcher startWatcher;

    BarrierEntry(BarrierMember member, RecipeConnection connection, int members) {
        this.member = member;
        this.connection = connection;
        this.members = members;
        this.ownWatcher = event -> member.onEvent(event, Phase.ENTERING, this::readOwn);
        this.startWatcher = event -> member.onEvent(event, Phase.ENTERING, () -> look(false));
    }

    void arrive() {
        StringCallback arrived = member.replies().name((code, name) -> onArrived(code));
        member.zk().create(member.own(), BarrierMember.NOTHING, connection.acl(), CreateMode.EPHEMERAL, arrived, null);
    }

    private void onArrived(Code code) {
        switch (code) {
            case OK, NODEEXISTS -> readOwn(); // B5: made just now, or by a request whose answer was lost
            case NONODE -> member.onPathGone();
            case NOCHILDRENFOREPHEMERALS ->
                member.refuse(Problem.FOREIGN, connection.path() + " is somebody's ephemeral");
            default -> member.refuse(code);
        }
    }

    /** Is it ours? With a watch: an operator may delete it; or it is that of our own dead session, and goes soon. */
    private void readOwn() {
        Watcher watcher = member.in(Phase.ENTERING) ? ownWatcher : null;
        DataCallback read = member.replies().data((code, data, stat) -> onOwnRead(code, stat));
        member.zk().getData(member.own(), watcher, read, null);
    }

    private void onOwnRead(Code code, Stat stat) {
        boolean entering = member.in(Phase.ENTERING);
        switch (code) {
            case OK -> {
                if (connection.owns(stat.getEphemeralOwner())) {
                    member.found(stat.getCzxid());
                    look(entering);
                } else if (!entering) {
                    member.finish();
                } else if (stat.getEphemeralOwner() == 0) {
                    member.refuse(Problem.FOREIGN, member.own() + " was made by somebody, and stays");
                }
            }
            case NONODE -> {
                if (entering) {
                    arrive();
                } else {
                    member.finish();
                }
            }
            default -> member.refuse(code);
        }
    }

    /** Reads the start node. Right after an event no watch is set: mostly that was the last change. */
    private void look(boolean watch) {
        Watcher watcher = watch ? startWatcher : null;
        DataCallback looked = member.replies().data((code, data, stat) -> onLooked(code, data, stat, watch));
        member.zk().getData(connection.path(), watcher, looked, null);
    }

    private void onLooked(Code code, byte[] data, Stat stat, boolean watches) {
        switch (code) {
            case OK -> onStart(BarrierStart.of(data, stat), stat.getNumChildren(), watches);
            case NONODE -> member.onPathGone();
            default -> member.refuse(code);
        }
    }

    private void onStart(BarrierStart start, int children, boolean watches) {
        // B1: with the znode that we have now.
        if (start.names().contains(member.name()) && member.czxid() < start.began()) {
            if (watches) {
                connection.unwatch(connection.path());
            }
            member.pass(start);
        } else if (member.in(Phase.WITHDRAWING)) {
            retract(start);
        } else if (!start.names().stream().allMatch(name -> name.startsWith(BarrierMember.PREFIX))) {
            member.refuse(Problem.FOREIGN, connection.path() + " holds somebody's data");
        } else if (!watches) {
            look(true);
        } else if (!start.isGathering() || children >= members) {
            list(start);
        } // else the watch tells
    }

    private void list(BarrierStart start) {
        Children2Callback listed = member.replies().children((code, children, stat) -> onListed(code, start, children));
        connection.list(connection.path(), listed);
    }

    private void onListed(Code code, BarrierStart start, List<String> children) {
        switch (code) {
            case OK -> {
                if (start.isGathering()) {
                    verify(
                            start,
                            children.stream()
                                    .filter(child -> child.startsWith(BarrierMember.PREFIX))
                                    .limit(Barrier.MAX_MEMBERS)
                                    .toList());
                } else {
                    verify(start, start.there(children));
                }
            }
            case NONODE -> member.onPathGone();
            default -> member.refuse(code);
        }
    }

    /** The list has names only; who made them, and when, is one request more, however many they are. */
    private void verify(BarrierStart start, List<String> names) {
        List<Op> reads =
                names.stream().map(name -> Op.getData(connection.path(name))).toList();
        MultiCallback verified = member.replies().multi((code, results) -> onVerified(code, start, names, results));
        member.zk().multi(reads, verified, null);
    }

    private void onVerified(Code code, BarrierStart start, List<String> names, List<OpResult> results) {
        switch (code) {
            case OK, NONODE, NOAUTH -> {
                Map<Long, String> live = live(names, results);
                if (start.isGathering()) {
                    if (live.size() >= members) {
                        begin(start, live.values().stream().limit(members).toList());
                    } // else some have gone since, and whoever comes counts again
                } else if (live.keySet().stream().anyMatch(created -> created < start.began())) {
                    member.refuse(Problem.FULL, "a round of " + connection.path() + " is on");
                } else {
                    member.reopen(start.version()); // B4: all of them died, and nobody could
                }
            }
            default -> member.refuse(code);
        }
    }

    /** By their czxids: first come, first. X2: what is named like a member and is no ephemeral is none. */
    private static Map<Long, String> live(List<String> names, List<OpResult> results) {
        Map<Long, String> live = new TreeMap<>();
        for (int i = 0; results != null && i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.GetDataResult read
                    && read.getStat().getEphemeralOwner() != 0) {
                live.put(read.getStat().getCzxid(), names.get(i));
            }
        }
        return live;
    }

    private void begin(BarrierStart start, List<String> names) {
        List<Op> ops = new ArrayList<>();
        names.forEach(name -> ops.add(Op.check(connection.path(name), -1))); // B1, B3: there at this zxid
        ops.add(Op.setData(connection.path(), BarrierStart.encode(names), start.version()));
        member.zk().multi(ops, member.replies().multi((code, results) -> onBegun(code, start)), null);
    }

    private void onBegun(Code code, BarrierStart start) {
        switch (code) {
            case OK, BADVERSION -> {} // by us or by another who counted: the watch tells
            case NONODE -> list(start); // one of them has gone, and somebody may have come meanwhile
            default -> member.refuse(code);
        }
    }

    // Not entering after all.

    void withdraw() {
        connection.unwatch(connection.path());
        connection.unwatch(member.own());
        readOwn();
    }

    private void retract(BarrierStart start) {
        List<Op> ops = List.of(Op.check(connection.path(), start.version()), Op.delete(member.own(), -1));
        member.zk().multi(ops, member.replies().multi((code, results) -> onRetracted(code)), null);
    }

    private void onRetracted(Code code) {
        switch (code) {
            case OK, NONODE -> member.finish();
            case BADVERSION -> look(false); // a round has begun, perhaps with us
            default -> member.refuse(code);
        }
    }
}
