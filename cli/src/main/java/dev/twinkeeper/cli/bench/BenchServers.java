package dev.twinkeeper.cli.bench;

import dev.twinkeeper.cli.ensemble.EnsembleDirectory;
import dev.twinkeeper.cli.ensemble.EnsembleException;
import dev.twinkeeper.cli.ensemble.EnsemblePlan;
import dev.twinkeeper.cli.ensemble.ProcessEnsemble;
import dev.twinkeeper.contract.ConnectString;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of a bench, and the meter that reads them. Closing it ends them, where they are ours. */
final class BenchServers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BenchServers.class);

    /** Some ports may be taken: rare, so a few attempts. */
    private static final int ATTEMPTS = 20;

    private final String connect;
    private final ResourceMeter meter;
    private final Runnable end;
    private final AtomicBoolean closed = new AtomicBoolean();

    private BenchServers(String connect, ResourceMeter meter, Runnable end) {
        this.connect = connect;
        this.meter = meter;
        this.end = end;
    }

    static BenchServers start(BenchRunner.Where where) throws IOException, InterruptedException {
        if (where.connect().isPresent()) {
            ConnectString theirs = where.connect().get();
            String chroot = theirs.chroot().isEmpty() ? "/bench" : theirs.chroot();
            return new BenchServers(theirs.servers() + chroot, new ResourceMeter(List.of(), List.of()), () -> {});
        }
        return where.processes() ? processes(where.servers()) : inProcess(where.servers());
    }

    /** In this process, without forcing their logs to the disk. */
    private static BenchServers inProcess(int count) {
        Ensemble ensemble = Ensemble.start(count);
        List<Integer> ports =
                ensemble.servers().stream().map(each -> each.port()).toList();
        return new BenchServers(ensemble.connectString(), new ResourceMeter(ports, List.of()), ensemble::close);
    }

    /** Each a process of its own that forces its log to the disk. */
    private static BenchServers processes(int count) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("twinkeeper-bench-");
        int first = row(3 * count);
        EnsemblePlan plan = new EnsemblePlan(directory, count, first, first + count, first + 2 * count);
        EnsembleDirectory.Prepared prepared = new EnsembleDirectory(plan).prepare();
        ProcessEnsemble ensemble = ProcessEnsemble.start(
                plan,
                prepared.fit(),
                (server, exitCode, why, alive) -> log.warn("server {} ended: {}", server.number(), why));
        BenchServers servers = new BenchServers(plan.connectString(), meter(plan, ensemble), () -> {
            ensemble.close();
            remove(directory);
        });
        // Also where the bench is killed: no server is to be left running.
        Runtime.getRuntime().addShutdownHook(new Thread(servers::close, "ends the servers"));
        ensemble.awaitServing();
        return servers;
    }

    private static ResourceMeter meter(EnsemblePlan plan, ProcessEnsemble ensemble) {
        List<ProcessHandle> processes = IntStream.rangeClosed(1, plan.size())
                .mapToObj(number -> ProcessHandle.of(ensemble.pid(number)))
                .flatMap(each -> each.stream())
                .toList();
        return new ResourceMeter(
                plan.servers().stream().map(EnsemblePlan.Server::clientPort).toList(), processes);
    }

    /** The first of that many free ports in a row. */
    private static int row(int count) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            Ports free = Ports.reserve(count);
            int first = free.get(0);
            boolean row = free.get(count - 1) == first + count - 1;
            free.release();
            if (row) {
                return first;
            }
        }
        throw new EnsembleException("no " + count + " free ports in a row were found in " + ATTEMPTS + " attempts");
    }

    private static void remove(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            log.warn("'{}' is left behind", directory, e);
        }
    }

    /** Where clients find them; with a chroot that may be written. */
    String connect() {
        return connect;
    }

    ResourceMeter meter() {
        return meter;
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            end.run();
        }
    }
}
