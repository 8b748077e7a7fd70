package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.JsonLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the history, outside of all that is under test: whatever the processes of the roles report over a loopback
 * socket, and whatever the controlling process has to add, in the order of arrival, stamped by one clock.
 */
final class HistoryRecorder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HistoryRecorder.class);

    private static final int BACKLOG = 50;

    /** Hears each line after it was written; called by one thread at a time. */
    interface Listener {
        void on(long at, String process, ObjectNode line);
    }

    private final RunClock clock;
    private final Writer history;
    private final Listener listener;
    private final ServerSocket door;
    private final Map<String, Socket> connections = new ConcurrentHashMap<>();
    private final Set<Thread> readers = ConcurrentHashMap.newKeySet();
    private final ReentrantLock turn = new ReentrantLock();
    private boolean closed;

    HistoryRecorder(RunClock clock, Path file, Listener listener) throws IOException {
        this.clock = clock;
        this.listener = listener;
        history = Files.newBufferedWriter(file);
        door = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::accept, "recorder-door");
        thread.setDaemon(true);
        thread.start();
    }

    /** Where the processes report to. */
    int port() {
        return door.getLocalPort();
    }

    /** Adds a line; the time and the process are put in front of it. */
    void record(String process, ObjectNode content) {
        turn.lock();
        try {
            if (closed) {
                return;
            }
            long at = clock.now();
            ObjectNode line = JsonLines.object().put("at", at).put("process", process);
            line.setAll(content);
            history.write(JsonLines.text(line));
            history.write('\n');
            listener.on(at, process, line);
        } catch (IOException e) {
            // Without its history a run is worth nothing.
            throw new UncheckedIOException("the history can't be written", e);
        } finally {
            turn.unlock();
        }
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                Socket socket = door.accept();
                Thread reader = new Thread(() -> read(socket), "recorder");
                readers.add(reader);
                reader.setDaemon(true);
                reader.start();
            } catch (IOException e) {
                log.debug("the recorder's door is closed", e);
            }
        }
    }

    private void read(Socket socket) {
        String process = null;
        try (socket;
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                ObjectNode line = JsonLines.parse(text);
                if (process == null) {
                    process = line.path("hello").asText();
                    connections.put(process, socket);
                } else {
                    record(process, line);
                }
            }
        } catch (IOException e) {
            // A process that is killed in the middle of a line leaves half of one.
            log.debug("{} is gone", process, e);
        } finally {
            if (process != null) {
                connections.remove(process, socket);
            }
            readers.remove(Thread.currentThread());
        }
    }

    /** Whether that process can be told something. */
    boolean hears(String process) {
        return connections.containsKey(process);
    }

    /** Tells a process what to do; false where it can't hear. */
    boolean tell(String process, String command) {
        Socket socket = connections.get(process);
        if (socket == null) {
            return false;
        }
        try {
            Writer out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
            out.write(command + "\n");
            out.flush();
            return true;
        } catch (IOException e) {
            log.debug("{} does not hear", process, e);
            return false;
        }
    }

    /** Takes the last lines of processes that have ended, and ends. */
    @Override
    public void close() throws IOException {
        door.close();
        for (Thread reader : readers) {
            join(reader);
        }
        turn.lock();
        try {
            closed = true;
            history.close();
        } finally {
            turn.unlock();
        }
    }

    private static void join(Thread reader) {
        try {
            // The other end is gone, so this is only for what is on its way.
            reader.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
