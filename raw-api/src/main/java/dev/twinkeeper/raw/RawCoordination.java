package dev.twinkeeper.raw;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;
import dev.twinkeeper.loop.Loop;
import dev.twinkeeper.raw.session.Connections;
import dev.twinkeeper.raw.session.Session;

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
        return new Session(new Connections(settings.connect().servers(), settings.sessionTimeout()), new Loop(who));
    }
}
