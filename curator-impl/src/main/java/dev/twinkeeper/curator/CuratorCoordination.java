package dev.twinkeeper.curator;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;

/** The implementation with Apache Curator. */
public final class CuratorCoordination implements Coordination {
    @Override
    public String name() {
        return "curator";
    }

    @Override
    public Master master(MasterId id, Settings settings, Listener listener) {
        MasterRole master = new MasterRole(id, settings, listener);
        master.start();
        return master;
    }

    @Override
    public Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
        WorkerRole worker = new WorkerRole(id, settings, handler, listener);
        worker.start();
        return worker;
    }

    @Override
    public Client client(Settings settings, Listener listener) {
        ClientRole client = new ClientRole(settings, listener);
        client.start();
        return client;
    }
}
