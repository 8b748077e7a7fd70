package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.JsonLines;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The line from a role's process to the recorder. What was reported is out of the process when {@link #report} returns,
 * so it is not lost when the process is killed right after.
 */
final class RecorderClient {
    private final Socket socket;
    private final Writer out;
    private final ReentrantLock turn = new ReentrantLock();

    RecorderClient(RoleArguments part) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), part.recorder());
        socket.setTcpNoDelay(true);
        out = new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8);
        report(JsonLines.object().put("hello", part.name()));
    }

    void report(ObjectNode line) {
        turn.lock();
        try {
            out.write(JsonLines.text(line) + "\n");
            out.flush();
        } catch (IOException e) {
            // Nobody listens any more: the run is over, or has failed.
            Runtime.getRuntime().halt(RoleProcess.ABANDONED);
        } finally {
            turn.unlock();
        }
    }

    /** Hears commands, one a line, until the other end is gone. */
    interface CommandListener {
        void on(String command);
    }

    void listen(CommandListener eventLog) {
        try {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                eventLog.on(line);
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(RoleProcess.ABANDONED);
        }
        Runtime.getRuntime().halt(RoleProcess.ABANDONED);
    }
}
