package dev.twinkeeper.scenarios.torture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.scenarios.checker.JsonLines;
import dev.twinkeeper.scenarios.lab.ChildProcess;
import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Wire;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A role under torture: its wire, which stays, and its process, which comes and goes. Used by the thread of the
 * campaign; what ends by itself is told to {@code onLoss} on another.
 */
final class ManagedRole {
    /** Which role it has. */
    enum RoleKind {
        MASTER,
        WORKER,
        CLIENT;

        String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final RoleKind kind;
    private final String name;
    private final Wire wire;
    private final Path directory;
    private final HistoryRecorder recorder;
    private final LiveStats stats;
    private final RoleArguments first;
    private final HostNames names;
    private final Optional<SettableClock> clock;
    private final BiConsumer<ManagedRole, Integer> onLoss;

    private ChildProcess child;
    private int incarnation;
    /** Whether its end is ours, and how; null where it would be its own. */
    private volatile String ending;

    private boolean stopped;

    /** @param clock where its wall clock is to be set; empty for that of the machine */
    ManagedRole(
            RoleArguments first,
            Optional<SettableClock> clock,
            Wire wire,
            Path directory,
            HistoryRecorder recorder,
            LiveStats stats,
            BiConsumer<ManagedRole, Integer> onLoss) {
        this.kind = RoleKind.valueOf(first.kind().toUpperCase(java.util.Locale.ROOT));
        this.name = first.name();
        this.first = first;
        this.clock = clock;
        this.names = new HostNames(directory.resolve(name + ".hosts"));
        this.wire = wire;
        this.directory = directory;
        this.recorder = recorder;
        this.stats = stats;
        this.onLoss = onLoss;
    }

    RoleKind kind() {
        return kind;
    }

    String name() {
        return name;
    }

    Wire wire() {
        return wire;
    }

    HostNames names() {
        return names;
    }

    Optional<SettableClock> clock() {
        return clock;
    }

    int incarnation() {
        return incarnation;
    }

    boolean isAlive() {
        return child != null && child.isAlive();
    }

    /** Whether the session is its own, of this incarnation or of an earlier one. */
    boolean owns(long session) {
        return wire.sessions().contains(session);
    }

    /** The newest session. */
    long session() {
        return wire.session().map(SessionCredentials::id).orElse(0L);
    }

    /** Starts its next incarnation; returns at once. */
    void start() {
        incarnation++;
        ending = null;
        RoleArguments part = first.next(incarnation, names.named(wire.connectString()));
        ChildProcess.Setting setting = new ChildProcess.Setting(
                names.properties(),
                List.of(),
                clock.map(SettableClock::environment).orElse(Map.of()));
        child = ChildProcess.java(
                RoleProcess.class, directory.resolve(name + ".log"), directory, setting, JsonLines.text(part));
        recorder.record(name, process("start", child).put("incarnation", incarnation));
        ChildProcess started = child;
        started.onExit().thenAccept(process -> onExit(started));
    }

    private static ObjectNode process(String type, ChildProcess child) {
        return JsonLines.line("process", type).put("pid", child.pid());
    }

    private void onExit(ChildProcess ended) {
        clock.ifPresent(set -> SettableClock.forget(ended.pid()));
        String how = ending == null ? "died" : ending;
        recorder.record(name, process("end", ended).put("how", how).put("exit", ended.exitCode()));
        if (ending == null) {
            onLoss.accept(this, ended.exitCode());
        }
    }

    /** SIGKILL. What it left open becomes unknown. */
    void kill() {
        ending = "killed";
        child.kill();
        stopped = false;
        // What it had written arrives before the recorder sees the end of its line.
        for (int tries = 0; recorder.hears(name) && tries < 100; tries++) {
            Pause.ms(10);
        }
        for (LiveStats.Open open : stats.ended(name)) {
            ObjectNode line =
                    JsonLines.line(open.op(), "info").put("id", open.id()).put("why", "the process died");
            recorder.record(name, open.task().isEmpty() ? line : line.put("task", open.task()));
        }
    }

    void stop() {
        stopped = true;
        child.stop();
    }

    void resume() {
        if (stopped) {
            stopped = false;
            child.resume();
        }
    }

    /** It may end now of itself. */
    void letEnd() {
        ending = "closed";
    }

    boolean endsWithin(long ms) {
        return child == null || child.endsWithin(ms);
    }

    /** For a client: what it is to do, and what its predecessor left behind. */
    void tell(String command) {
        recorder.tell(name, command);
    }

    @Override
    public String toString() {
        return name;
    }
}
