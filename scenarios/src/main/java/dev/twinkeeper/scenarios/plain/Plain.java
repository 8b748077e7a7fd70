package dev.twinkeeper.scenarios.plain;

import dev.twinkeeper.contract.Client;
import dev.twinkeeper.contract.Coordination;
import dev.twinkeeper.contract.Listener;
import dev.twinkeeper.contract.Master;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.contract.TaskHandler;
import dev.twinkeeper.contract.Worker;
import dev.twinkeeper.contract.WorkerId;

/**
 * The plain implementation: one thread a role that looks at the tree twenty times a second, by synchronous calls and
 * with no watch at all. It keeps every rule and costs what it costs: the baseline of the bench. Broken variants put one
 * broken role in the place of a correct one.
 */
public record Plain(String name, Masters masters, Workers workers, Clients clients) implements Coordination {
    /** Makes masters: {@code PlainMaster::new}, or something worse. */
    interface Masters {
        PlainMaster make(MasterId id, Settings settings, Listener listener);
    }

    /** Makes workers. */
    interface Workers {
        PlainWorker make(WorkerId id, Settings settings, TaskHandler handler, Listener listener);
    }

    /** Makes clients. */
    interface Clients {
        PlainClient make(Settings settings, Listener listener);
    }

    /** Without a flaw. */
    public Plain() {
        this("plain", PlainMaster::new, PlainWorker::new, PlainClient::new);
    }

    static Plain withMasters(String name, Masters broken) {
        return new Plain(name, broken, PlainWorker::new, PlainClient::new);
    }

    static Plain withWorkers(String name, Workers broken) {
        return new Plain(name, PlainMaster::new, broken, PlainClient::new);
    }

    static Plain withClients(String name, Clients broken) {
        return new Plain(name, PlainMaster::new, PlainWorker::new, broken);
    }

    @Override
    public Master master(MasterId id, Settings settings, Listener listener) {
        PlainMaster master = masters.make(id, settings, listener);
        master.start();
        return master;
    }

    @Override
    public Worker worker(WorkerId id, Settings settings, TaskHandler handler, Listener listener) {
        PlainWorker worker = workers.make(id, settings, handler, listener);
        worker.start();
        return worker;
    }

    @Override
    public Client client(Settings settings, Listener listener) {
        PlainClient client = clients.make(settings, listener);
        client.start();
        return client;
    }
}
