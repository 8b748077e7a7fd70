package dev.twinkeeper.cli.playground;

import dev.twinkeeper.scenarios.torture.ServerNode;
import dev.twinkeeper.scenarios.torture.Servers;
import java.util.stream.Collectors;

/** For each button, what one types in a terminal to have the same. */
final class CommandLines {
    private final Servers servers;

    CommandLines(Servers servers) {
        this.servers = servers;
    }

    String submit(ClusterSide side, int count, String command) {
        return "./twinkeeper submit --impl " + side.name() + " --connect " + servers.connectString() + side.root()
                + " --count " + count + " " + command;
    }

    String start(RoleHandle role) {
        if (role.kind.equals("client")) {
            return "# a client is there for as long as ./twinkeeper submit runs";
        }
        return "./twinkeeper " + role.kind + " --impl " + role.side + " --connect " + role.connect()
                + " --session-timeout 4s --id " + role.name;
    }

    String onRole(String action, RoleHandle role) {
        return switch (action) {
            case "kill" -> "kill -KILL " + role.pid();
            case "close" -> "kill -TERM " + role.pid();
            case "pause" -> "kill -STOP " + role.pid();
            case "resume" -> "kill -CONT " + role.pid();
            case "start" -> start(role);
            case "cut" -> reject("-I", role);
            case "mend" -> reject("-D", role);
            case "expire" ->
                "# zkCli has no word for it: a second client takes session "
                        + role.wire().session().map(Object::toString).orElse("(none)")
                        + " over by its password and closes it";
            case "lose-answer" ->
                "# no command: the wire of " + role.name
                        + " drops the answer to its next write and resets the connection";
            default -> "# " + action + " " + role.name;
        };
    }

    /** The ports are those of the role's own wire, so nobody else is struck. */
    private static String reject(String how, RoleHandle role) {
        String ports = role.wire().connectString().replace("127.0.0.1:", "");
        return "iptables " + how + " OUTPUT -p tcp -m multiport --dports " + ports
                + " -j REJECT --reject-with tcp-reset";
    }

    String zkCli(ClusterSide side, String command) {
        return "./twinkeeper zkcli --server " + servers.connectString() + side.root() + " " + command;
    }

    String kill(ServerNode node) {
        return node.child() == null
                ? "# not started yet"
                : "kill -KILL " + node.child().pid();
    }

    String startServers() {
        return servers.nodes().stream()
                .filter(node -> !node.isAlive())
                .map(node -> "bin/zkServer.sh start zoo" + node.id() + ".cfg")
                .collect(Collectors.joining("; "));
    }
}
