package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.events.EventJson;
import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Observation;
import dev.twinkeeper.scenarios.lab.ChildProcess;
import dev.twinkeeper.scenarios.lab.JavaCommand;
import dev.twinkeeper.scenarios.lab.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Our end of a role's process: starts it, hears it, has its wire in hand, and remembers what it said of itself. */
final class RoleHandle {
    private static final String EXPIRED = "session expired";

    private static final Logger log = LoggerFactory.getLogger(RoleHandle.class);

    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(4);

    private static final int SLOTS = 4;

    /** Longer than a role's own {@code close} usually takes; then the process is killed. */
    private static final long CLOSE_MS = 8_000;

    final String side;
    final String kind;
    final String name;
    private final Wire wire;
    private final EventStream stream;
    private final Path directory;

    private Process process;
    private ChildProcess child;
    private String running = "starting";
    private boolean cut;
    private boolean connected;
    private boolean reigning;
    private long session;
    private long disconnectedAt;
    private String doing = "starting";

    RoleHandle(
            String side,
            String kind,
            String name,
            List<InetSocketAddress> servers,
            EventStream stream,
            Path directory) {
        this.side = side;
        this.kind = kind;
        this.name = name;
        this.stream = stream;
        this.directory = directory;
        wire = new Wire(servers, session -> {});
        wire.emitTo(stream, id());
    }

    /** Unique on the page: {@code raw/m1}. */
    String id() {
        return side + "/" + name;
    }

    Wire wire() {
        return wire;
    }

    /** What the role connects to: its own wire, and its side's chroot. */
    String connect() {
        return wire.connectString() + "/" + side;
    }

    synchronized long pid() {
        return child == null ? 0 : child.pid();
    }

    synchronized boolean isAlive() {
        return child != null && child.isAlive();
    }

    synchronized boolean isPaused() {
        return running.equals("paused");
    }

    synchronized boolean isCut() {
        return cut;
    }

    /** Whether it said so last, and its process lives. */
    synchronized boolean reigns() {
        return reigning && isAlive() && !isPaused();
    }

    // Its process.

    synchronized void start() {
        if (isAlive()) {
            return;
        }
        RoleMain.Arguments part =
                new RoleMain.Arguments(kind, name, side, connect(), SESSION_TIMEOUT.toMillis(), SLOTS);
        List<String> options = List.of(
                "-Xmx96m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:CICompilerCount=1",
                "-Dtwinkeeper.log=" + directory.resolve(side + "-" + name + ".log"));
        try {
            process = JavaCommand.of(options, RoleMain.class.getName(), List.of(PlaygroundJson.text(part)))
                    .directory(directory.toFile())
                    .redirectError(directory.resolve(side + "-" + name + ".err").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        child = ChildProcess.adopt(process);
        running = "running";
        connected = false;
        reigning = false;
        doing = "starting";
        Process started = process;
        Thread reader = new Thread(() -> read(started), "hears " + id());
        reader.setDaemon(true);
        reader.start();
        stream.emit(id(), new Observation.OfProcess("started", child.pid()));
    }

    private void read(Process from) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Event event = EventJson.parse(line);
                on(event);
                stream.emit(id(), new Observation.OfRole(event));
            }
        } catch (IOException | IllegalArgumentException e) {
            log.debug("{} is gone, or says what nobody knows", id(), e);
        }
        onEnded(from);
    }

    private synchronized void onEnded(Process ended) {
        if (ended != process) {
            return;
        }
        if (running.equals("running") || running.equals("paused")) {
            running = "died";
        }
        connected = false;
        reigning = false;
        doing = running;
        stream.emit(id(), new Observation.OfProcess(running, ended.pid()));
    }

    /** SIGKILL. */
    void kill() {
        ChildProcess victim = ending("killed");
        if (victim != null) {
            victim.kill();
        }
    }

    private synchronized ChildProcess ending(String how) {
        if (isAlive()) {
            running = how;
        }
        return child;
    }

    /** In good order, as by Ctrl-C. */
    void close() {
        ChildProcess closing = ending("closed");
        if (closing != null && closing.isAlive()) {
            tell("close");
            if (!closing.endsWithin(CLOSE_MS)) {
                closing.kill();
            }
        }
    }

    synchronized void pause() {
        if (isAlive() && !isPaused()) {
            child.stop();
            running = "paused";
            stream.emit(id(), new Observation.OfProcess("paused", child.pid()));
        }
    }

    synchronized void resume() {
        if (isPaused()) {
            running = "running";
            child.resume();
            stream.emit(id(), new Observation.OfProcess("resumed", child.pid()));
        }
    }

    /** One command, one line. */
    synchronized void tell(String command) {
        if (!isAlive()) {
            return;
        }
        try {
            process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            log.debug("{} does not hear", id(), e);
        }
    }

    // Its wire.

    synchronized void cut() {
        cut = true;
        wire.cut();
    }

    synchronized void mend() {
        if (cut) {
            cut = false;
            wire.mend();
        }
    }

    // What it said.

    private synchronized void on(Event event) {
        if (event instanceof Event.Connected e) {
            connected = true;
            session = e.session();
            // Who has more to say says it next; a client has not.
            doing = doing.equals("starting") || doing.equals(EXPIRED) ? "connected" : doing;
        } else if (event instanceof Event.Disconnected) {
            connected = false;
            disconnectedAt = System.currentTimeMillis();
        } else if (event instanceof Event.SessionExpired) {
            reigning = false;
            doing = EXPIRED;
        } else if (event instanceof Event.Elected e) {
            reigning = true;
            doing = "reigns, epoch " + e.epoch();
        } else if (event instanceof Event.Standby) {
            reigning = false;
            doing = "stands by";
        } else if (event instanceof Event.Deposed) {
            reigning = false;
            doing = "deposed";
        } else if (event instanceof Event.Registered e) {
            session = e.session();
            doing = "registered";
        } else if (event instanceof Event.WaitingForId) {
            doing = "waits for its name";
        } else if (event instanceof Event.Refused e) {
            doing = "refused: " + e.message();
        }
    }

    synchronized ObjectNode toJson() {
        return PlaygroundJson.object()
                .put("id", id())
                .put("side", side)
                .put("kind", kind)
                .put("name", name)
                .put("pid", pid())
                .put("process", running)
                .put("cut", cut)
                .put("connected", connected)
                .put("reigns", reigning)
                .put("session", session == 0 ? "" : "0x" + Long.toHexString(session))
                .put("disconnectedAt", connected || running.equals("killed") ? 0 : disconnectedAt)
                .put("doing", doing)
                .put("connect", connect());
    }

    /** Whether that session was granted over its wire. */
    boolean owns(long some) {
        return wire.sessions().contains(some);
    }

    /** At once, at the end of it all. */
    void end() {
        ChildProcess last = ending("closed");
        if (last != null) {
            last.killNow();
        }
        wire.close();
    }
}
