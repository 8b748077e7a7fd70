package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.TreeAcl;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.raw.session.Connections;
import dev.twinkeeper.raw.session.Connections.Access;
import dev.twinkeeper.raw.session.Session;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;

/** The implementation by hand. */
public final class RawCoordination implements Coordination {
    @Override
    public String name() {
        return "raw";
    }

    @Override
    public Master master(MasterId id, Settings settings, Listener listener) {
        MasterRole master = new MasterRole(id, settings, listener, session("master " + id, settings));
        master.start();
        return master;
    }

    @Override
    public Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
        WorkerRole worker = new WorkerRole(id, settings, handler, listener, session("worker " + id, settings));
        worker.start();
        return worker;
    }

    @Override
    public Client client(Settings settings, Listener listener) {
        ClientRole client = new ClientRole(settings, listener, session("client", settings));
        client.start();
        return client;
    }

    private static Session session(String who, Settings settings) {
        Connections connections =
                new Connections(settings.connect().servers(), settings.sessionTimeout(), access(settings));
        return new Session(connections, new Loop(who));
    }

    private static Access access(Settings settings) {
        Security security = settings.security();
        Layout layout = new Layout(settings.connect().chroot());
        TreeAcl<ACL> acl =
                new TreeAcl<>(security, layout, (permissions, scheme, id) -> new ACL(permissions, new Id(scheme, id)));
        return security.credentials()
                .map(own -> new Access(own.scheme(), own.bytes(), acl::at, security.client()))
                .orElseGet(() -> new Access(null, null, acl::at, security.client()));
    }
}
