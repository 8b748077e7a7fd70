package dev.twinkeeper.raw.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.twinkeeper.loop.Loop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.ScriptedHandle;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Servers, a clock and a loop that do only what the test says. */
public final class ScriptedServers extends Connections {
    public static final Duration TIMEOUT = Duration.ofSeconds(6);

    private final List<ScriptedHandle> opened = new ArrayList<>();
    private final List<ScriptedHandle> joined = new ArrayList<>();
    private final ManualExecutor executor = new ManualExecutor();
    private final Session session = new Session(this, new Loop(executor, executor::now));
    private int refusals;
    private long ids;

    public ScriptedServers() {
        super("127.0.0.1:1", TIMEOUT);
    }

    public Session session() {
        return session;
    }

    /** Runs what is to run now. */
    public ScriptedServers run() {
        executor.run();
        return this;
    }

    /** Waits until another thread has posted something, and runs it. */
    public ScriptedServers awaitWork() {
        executor.await();
        return run();
    }

    /** Lets that time pass, and runs what it brings. */
    public ScriptedServers pass(Duration time) {
        executor.pass(time);
        return this;
    }

    /** So many handles can't be made. */
    public void refuse(int handles) {
        refusals = handles;
    }

    @Override
    ZooKeeper open(Watcher watcher) throws IOException {
        return make(opened, ++ids, watcher);
    }

    @Override
    ZooKeeper join(long id, byte[] password, Watcher watcher) throws IOException {
        return make(joined, id, watcher);
    }

    private ZooKeeper make(List<ScriptedHandle> where, long id, Watcher watcher) throws IOException {
        if (refusals > 0) {
            refusals--;
            throw new IOException("no descriptors");
        }
        ScriptedHandle handle = ScriptedHandle.of(id, watcher);
        where.add(handle);
        return handle;
    }

    /** The handle of the session that is on. */
    public ScriptedHandle zk() {
        return opened.get(opened.size() - 1);
    }

    /** The handles that were opened for sessions of their own. */
    public List<ScriptedHandle> opened() {
        return opened;
    }

    /** The handles by which an old session was joined. */
    public List<ScriptedHandle> joined() {
        return joined;
    }

    /** The session hears that state. */
    public ScriptedServers become(KeeperState state) {
        zk().become(state);
        return run();
    }

    /** Connected, and the barrier is passed. */
    public ScriptedServers connect() {
        become(KeeperState.SyncConnected);
        return answer("check /", Code.OK);
    }

    /** The connection is lost, and with it all answers. */
    public List<Asked> disconnect() {
        List<Asked> lost = zk().lose();
        become(KeeperState.Disconnected);
        zk().lose();
        return lost;
    }

    /** The servers say so: soon after the connection was lost. */
    public ScriptedServers expire() {
        disconnect();
        return become(KeeperState.Expired);
    }

    /** What is asked next is that, and gets that answer. */
    public ScriptedServers answer(String what, Code code) {
        zk().next(what).answer(code);
        return run();
    }

    /** What is asked next is that, and there is such data. */
    public ScriptedServers data(String what, String data, Stat stat) {
        zk().next(what).data(data.getBytes(UTF_8), stat);
        return run();
    }

    public ScriptedServers stat(String what, Stat stat) {
        zk().next(what).stat(stat);
        return run();
    }

    /** What is asked next is that, and is there, of our session and without data. */
    public ScriptedServers there(String what) {
        return data(what, "", ours());
    }

    public ScriptedServers children(String what, String... names) {
        zk().next(what).children(names);
        return run();
    }

    /** Of a znode of the session that is on. */
    public Stat ours() {
        return ephemeral(zk().getSessionId());
    }

    public static Stat ephemeral(long owner) {
        Stat stat = new Stat();
        stat.setEphemeralOwner(owner);
        stat.setCzxid(owner * 100);
        stat.setVersion(1);
        return stat;
    }

    /** Of a persistent znode, with that version. */
    public static Stat version(int version) {
        Stat stat = new Stat();
        stat.setVersion(version);
        return stat;
    }
}
