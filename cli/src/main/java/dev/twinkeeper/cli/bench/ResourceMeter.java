package dev.twinkeeper.cli.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.twinkeeper.scenarios.lab.FourLetterWord;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what has been used so far: processor time, allocations and heap from this JVM, packets and transactions from the
 * servers' own counters, their memory from the system. Safe for several threads.
 */
final class ResourceMeter {
    private static final Logger log = LoggerFactory.getLogger(ResourceMeter.class);

    private static final OperatingSystemMXBean PROCESS =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    private static final long KILO = 1_024;

    /** A server that is busy with a long queue may not answer at once. */
    private static final int QUESTIONS = 5;

    private final List<Integer> clientPorts;
    private final List<ProcessHandle> servers;

    /**
     * @param clientPorts of the servers on loopback; empty where they are somebody else's
     * @param servers their processes; empty where they are in this one
     */
    ResourceMeter(List<Integer> clientPorts, List<ProcessHandle> servers) {
        this.clientPorts = List.copyOf(clientPorts);
        this.servers = List.copyOf(servers);
    }

    Resources read() {
        boolean silent = clientPorts.isEmpty();
        long received = silent ? Resources.UNKNOWN : 0;
        long sent = received;
        long zxid = Resources.UNKNOWN;
        for (int port : clientPorts) {
            String answer = ask(port);
            received = sum(received, FourLetterWord.field(answer, "Received: "));
            sent = sum(sent, FourLetterWord.field(answer, "Sent: "));
            zxid = Math.max(
                    zxid,
                    FourLetterWord.field(answer, "Zxid: ").map(Long::decode).orElse(Resources.UNKNOWN));
        }
        return new Resources(PROCESS.getProcessCpuTime() + serversCpu(), allocated(), received, sent, zxid);
    }

    private static long sum(long soFar, Optional<String> number) {
        return soFar < 0 || number.isEmpty() ? Resources.UNKNOWN : soFar + Long.parseLong(number.get());
    }

    /** Nothing where it doesn't answer: then no figure is told that needs it. */
    private static String ask(int port) {
        IOException last = null;
        for (int i = 0; i < QUESTIONS; i++) {
            try {
                return FourLetterWord.ask(port, "srvr");
            } catch (IOException e) {
                last = e;
            }
        }
        log.warn("the server at {} does not answer", port, last);
        return "";
    }

    private long serversCpu() {
        return servers.stream()
                .mapToLong(each ->
                        each.info().totalCpuDuration().map(Duration::toNanos).orElse(0L))
                .sum();
    }

    private static long allocated() {
        long all = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            all += Math.max(0, bytes);
        }
        return all;
    }

    /** The garbage of what was before does not count. */
    static void forget() {
        System.gc();
        heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    }

    /** The most that the heap held since then, in bytes. */
    static long heapPeak() {
        return heap().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum();
    }

    private static Stream<MemoryPoolMXBean> heap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP);
    }

    /** What the heap holds that is in use. Takes as long as a full collection. */
    static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The resident memory of the servers in bytes; unknown where they are not processes of ours, or not on Linux. */
    long serverMemory() {
        long all = servers.isEmpty() ? Resources.UNKNOWN : 0;
        for (ProcessHandle server : servers) {
            long one = resident(server.pid());
            all = all < 0 || one < 0 ? Resources.UNKNOWN : all + one;
        }
        return all;
    }

    private static long resident(long pid) {
        try {
            return FourLetterWord.field(Files.readString(Path.of("/proc/" + pid + "/status")), "VmRSS:")
                    .map(text -> Long.parseLong(text.replaceAll("\\D", "")) * KILO)
                    .orElse(Resources.UNKNOWN);
        } catch (IOException e) {
            log.debug("no memory of process {}", pid, e);
            return Resources.UNKNOWN;
        }
    }
}
