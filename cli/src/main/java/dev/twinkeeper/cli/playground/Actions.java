package dev.twinkeeper.cli.playground;

import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Observation;
import dev.twinkeeper.scenarios.lab.Request;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Traffic;
import dev.twinkeeper.scenarios.torture.ServerNode;
import dev.twinkeeper.scenarios.torture.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The buttons: each does one thing, on both sides at the same time or on one. */
final class Actions {
    /** Those that strike a role. */
    private static final Set<String> ON_ROLES =
            Set.of("kill", "close", "pause", "resume", "cut", "mend", "expire", "start", "lose-answer");

    /** Those that strike the servers, and so both sides, whatever was chosen. */
    private static final Set<String> ON_SERVERS =
            Set.of("stop-server", "start-servers", "cut-leader", "mend-peers", "lose-quorum", "restore-quorum");

    private static final Set<String> ON_SIDES = Set.of(
            "submit", "add-worker", "delete-master", "take-master", "release-master", "remove-assign", "watch-once");

    /** More at once a person does not want to see, and a laptop not to bear. */
    private static final int MOST_TASKS = 1_000;

    /** A task that is to be looked at takes this long; one of very many goes by quickly. */
    private static final int SLOW_MS = 400;

    private static final int QUICK_MS = 15;
    private static final int FEW = 100;

    private static final String PROBE = "150 probe";

    private final List<ClusterSide> sides;
    private final Servers servers;
    private final ServerObserver observer;
    private final PlaygroundOperator operator;
    private final EventStream stream;
    private final CommandLines lines;
    private final Starter starter;
    private final Consumer<String> notes;

    /** Makes what the buttons ask for. */
    interface Starter {
        RoleHandle worker(ClusterSide side, String name);

        /** A server's process was started again. */
        void started(ServerNode server);
    }

    /** What a button asks for. */
    record Asked(String action, String target, String side, int count) {}

    Actions(
            List<ClusterSide> sides,
            Servers servers,
            ServerObserver observer,
            PlaygroundOperator operator,
            EventStream stream,
            Starter starter,
            Consumer<String> notes) {
        this.sides = sides;
        this.servers = servers;
        this.observer = observer;
        this.operator = operator;
        this.stream = stream;
        this.starter = starter;
        this.notes = notes;
        this.lines = new CommandLines(servers);
    }

    private List<ClusterSide> sides(Asked asked) {
        boolean both = asked.side().equals("both") || ON_SERVERS.contains(asked.action());
        return sides.stream()
                .filter(side -> both || side.name().equals(asked.side()))
                .toList();
    }

    /** @throws Refusal where there is no such action or side */
    void check(Asked asked) {
        if (Stream.of(ON_ROLES, ON_SERVERS, ON_SIDES).noneMatch(some -> some.contains(asked.action()))) {
            throw new Refusal("there is no action '" + asked.action() + "'");
        }
        if (sides(asked).isEmpty()) {
            throw new Refusal("there is no side '" + asked.side() + "'");
        }
        if (asked.count() < 1 || asked.count() > MOST_TASKS) {
            throw new Refusal("from 1 to " + MOST_TASKS + " tasks at a time");
        }
    }

    /** The command lines that do the same, one for each side; an action that can't be done now says why. */
    List<String> preview(Asked asked) {
        check(asked);
        if (ON_SERVERS.contains(asked.action())) {
            return List.of(ofServers(asked));
        }
        List<String> all = new ArrayList<>();
        for (ClusterSide side : sides(asked)) {
            try {
                all.add(commandLine(asked, side));
            } catch (Refusal refusal) {
                all.add("# " + refusal.getMessage());
            }
        }
        return all;
    }

    private String commandLine(Asked asked, ClusterSide side) {
        if (ON_ROLES.contains(asked.action())) {
            return lines.onRole(asked.action(), role(asked, side));
        }
        return switch (asked.action()) {
            case "submit" -> lines.submit(side, asked.count(), work(asked.count()));
            case "add-worker" ->
                "./twinkeeper worker --impl " + side.name() + " --connect " + servers.connectString() + side.root()
                        + " --id " + newWorker(side);
            case "delete-master", "release-master" -> lines.zkCli(side, "delete /master");
            case "take-master" -> lines.zkCli(side, "# then: delete /master, create -e /master by-hand");
            case "remove-assign" -> lines.zkCli(side, "deleteall /assign/" + asked.target());
            default -> lines.zkCli(side, "# then: get -w /watched, set it twice");
        };
    }

    private String ofServers(Asked asked) {
        return switch (asked.action()) {
            case "stop-server" -> lines.kill(server(asked.target()));
            case "start-servers", "restore-quorum" -> lines.startServers();
            case "lose-quorum" -> lines.kill(servers.node(1)) + "; " + lines.kill(servers.node(2));
            case "cut-leader" ->
                "# no command: the ways between the servers are proxies here, and the leader's are silenced";
            default -> "# the ways between the servers are opened again";
        };
    }

    private ServerNode server(String target) {
        if (target.equals("leader")) {
            return observer.leader().orElseThrow(() -> new Refusal("no server leads at this moment"));
        }
        return servers.nodes().stream()
                .filter(node -> String.valueOf(node.id()).equals(target)
                        || node.toString().equals(target))
                .findFirst()
                .orElseThrow(() -> new Refusal("there is no server '" + target + "'"));
    }

    private static String newWorker(ClusterSide side) {
        return "w" + (side.ofKind("worker").size() + 1);
    }

    private static String work(int count) {
        return (count <= FEW ? SLOW_MS : QUICK_MS) + " hello";
    }

    /** Whom an action strikes: by name, or those that are in the state which it ends. */
    private static RoleHandle role(Asked asked, ClusterSide side) {
        Stream<RoleHandle> roles = side.roles().stream();
        return switch (asked.action()) {
            case "resume" -> roles.filter(RoleHandle::isPaused).findFirst().orElseThrow(() -> none(side, "paused"));
            case "mend" -> roles.filter(RoleHandle::isCut).findFirst().orElseThrow(() -> none(side, "cut off"));
            case "start" ->
                roles.filter(role -> !role.isAlive()).findFirst().orElseThrow(() -> none(side, "without a process"));
            default -> side.find(asked.target());
        };
    }

    private static Refusal none(ClusterSide side, String what) {
        return new Refusal(side.name() + ": nobody is " + what);
    }

    /** Does it, on all chosen sides at the same time; what can't be done on one is a note. */
    void run(Asked asked, Episode episode) {
        check(asked);
        if (ON_SERVERS.contains(asked.action())) {
            onServers(asked, episode);
            return;
        }
        Stream<CompletableFuture<Void>> coming =
                sides(asked).stream().map(side -> CompletableFuture.runAsync(() -> onSide(asked, side, episode)));
        for (CompletableFuture<Void> one : coming.toList()) {
            try {
                one.join();
            } catch (CompletionException e) {
                notes.accept(
                        e.getCause() instanceof Refusal refusal
                                ? refusal.getMessage()
                                : asked.action() + ": " + e.getCause());
            }
        }
    }

    private void onSide(Asked asked, ClusterSide side, Episode episode) {
        String command = commandLine(asked, side);
        RoleHandle role = ON_ROLES.contains(asked.action()) ? role(asked, side) : null;
        String kind = role == null ? "" : role.kind;
        boolean reigned = role != null && role.reigns();
        List<Milestone> milestones = Milestone.of(asked.action(), kind, reigned);
        String target = role == null ? asked.target() : role.name;
        // Before it strikes: a close takes a while, and what follows it does not wait for its end.
        Episode.Account account = new Episode.Account(side, target, command, milestones, stream.now(), side.traffic());
        episode.add(account);
        try {
            if (role != null) {
                strike(asked, role);
            } else {
                onTree(asked, side);
            }
        } catch (RuntimeException e) {
            episode.remove(account);
            throw e;
        }
        if (needsProbe(asked.action(), milestones)) {
            side.client().tell("submit 1 " + PROBE);
        }
    }

    private static boolean needsProbe(String action, List<Milestone> milestones) {
        boolean waits =
                milestones.stream().anyMatch(milestone -> milestone.label().contains("submitted"));
        return waits && !action.equals("submit");
    }

    private void strike(Asked asked, RoleHandle role) {
        switch (asked.action()) {
            case "kill" -> role.kill();
            case "close" -> role.close();
            case "pause" -> role.pause();
            case "resume" -> role.resume();
            case "cut" -> role.cut();
            case "mend" -> role.mend();
            case "start" -> role.start();
            case "lose-answer" -> role.wire().loseAnswer(Request::writes);
            default ->
                Sessions.expire(
                        servers.connectString(),
                        role.wire().session().orElseThrow(() -> new Refusal(role.id() + " has no session yet")));
        }
    }

    private void onTree(Asked asked, ClusterSide side) {
        switch (asked.action()) {
            case "submit" -> side.client().tell("submit " + asked.count() + " " + work(asked.count()));
            case "add-worker" -> addWorker(side);
            case "delete-master", "release-master" -> operator.deleteMaster(side);
            case "take-master" -> operator.takeMaster(side);
            case "remove-assign" -> operator.removeAssign(side, asked.target());
            default ->
                notes.accept(side.name() + ": one watch was set and the znode changed twice; "
                        + operator.watchOnce(side) + " notification came");
        }
    }

    private void addWorker(ClusterSide side) {
        if (side.ofKind("worker").size() >= ClusterSide.MOST_WORKERS) {
            throw new Refusal(side.name() + ": " + ClusterSide.MOST_WORKERS + " workers are the most");
        }
        starter.worker(side, newWorker(side)).start();
    }

    private void onServers(Asked asked, Episode episode) {
        String command = ofServers(asked);
        List<Milestone> milestones = Milestone.of(asked.action(), "", false);
        List<Traffic> before = sides.stream().map(ClusterSide::traffic).toList();
        long begin = stream.now();
        switch (asked.action()) {
            case "stop-server" -> stop(server(asked.target()));
            case "lose-quorum" -> List.of(servers.node(1), servers.node(2)).forEach(this::stop);
            case "start-servers", "restore-quorum" -> startServers();
            case "cut-leader" -> cutLeader();
            default -> mendPeers();
        }
        for (int i = 0; i < sides.size(); i++) {
            episode.add(new Episode.Account(sides.get(i), "the ensemble", command, milestones, begin, before.get(i)));
            if (needsProbe(asked.action(), milestones)) {
                sides.get(i).client().tell("submit 1 " + PROBE);
            }
        }
    }

    private void stop(ServerNode node) {
        stream.emit(node.toString(), new Observation.Fault("killed", true));
        observer.expect(node);
        node.kill();
    }

    private void startServers() {
        for (ServerNode node : servers.nodes()) {
            if (!node.isAlive()) {
                stream.emit(node.toString(), new Observation.Fault("started", false));
                node.start();
                observer.started(node);
                starter.started(node);
            }
        }
    }

    private void cutLeader() {
        ServerNode leader = observer.leader().orElseThrow(() -> new Refusal("no server leads at this moment"));
        stream.emit(leader.toString(), new Observation.Fault("cut off from its peers", true));
        servers.switchboard().silence(leader.id());
        observer.cutOff(leader.id());
    }

    private void mendPeers() {
        servers.switchboard().mend();
        observer.cutOff(0);
        stream.emit("ensemble", new Observation.Fault("the ways between the servers are open", false));
    }
}
