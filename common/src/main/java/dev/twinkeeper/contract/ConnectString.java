package dev.twinkeeper.contract;

import java.util.ArrayList;
import java.util.List;

/**
 * A ZooKeeper connect string, taken apart: {@code host:port,host:port/chroot}. Stricter than ZooKeeper's own client, which
 * takes {@code h1/app,h2/app} for one host with a strange chroot. Here a chroot has no comma, no question mark and no
 * hash, and no name in it begins or ends in a blank.
 *
 * @param servers the part before the chroot, as ZooKeeper's client takes it; a port that was left out is 2181
 * @param chroot the path below which all znodes stand: empty, or begins with a slash and does not end in one
 */
public record ConnectString(String servers, String chroot) {
    private static final int DEFAULT_PORT = 2181;
    private static final int MAX_SERVERS = 100;

    /** Longer than the longest host name with its port. Patterns look at a server more than once, so it comes first. */
    private static final int LONGEST_SERVER = 300;

    /** As long as a hundred servers and a path can be. */
    private static final int LONGEST = 40_000;

    /** @throws CoordinationException {@code INVALID} saying which part is wrong */
    public static ConnectString parse(String given) {
        String text = given.strip();
        if (text.length() > LONGEST) {
            throw invalid(text, "at most " + LONGEST + " characters");
        }
        checkNoScheme(text);
        int slash = text.indexOf('/');
        String hosts = slash < 0 ? text : text.substring(0, slash);
        String chroot = slash < 0 ? "" : text.substring(slash);
        if (hosts.isBlank()) {
            throw invalid(text, "it names no server; the form is host:port,host:port/chroot");
        }
        String[] named = hosts.split(",", -1);
        if (named.length > MAX_SERVERS) {
            throw invalid(text, "at most " + MAX_SERVERS + " servers");
        }
        List<String> servers = new ArrayList<>();
        for (String server : named) {
            servers.add(server(text, server.strip()));
        }
        return new ConnectString(String.join(",", servers), chroot(text, chroot));
    }

    private static void checkNoScheme(String text) {
        int scheme = text.indexOf("://");
        if (scheme >= 0 && text.indexOf('/') == scheme + 1) {
            throw invalid(
                    text,
                    "write it without '" + text.substring(0, scheme + 3) + "'; the form is host:port,host:port/chroot");
        }
    }

    private static String server(String text, String server) {
        if (server.isEmpty()) {
            throw invalid(text, "a comma stands before or behind no server; '' is no host:port");
        }
        if (server.length() > LONGEST_SERVER) {
            throw invalid(text, "no server's name is longer than " + LONGEST_SERVER + " characters");
        }
        if (server.matches("[0-9a-fA-F:.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%.*)?")) {
            throw invalid(text, "an IPv6 address stands in brackets, as [::1]:2181; '" + server + "' has none");
        }
        if (server.matches(".*[;\\s].*")) {
            throw invalid(text, "'" + server + "' is no host:port; commas separate servers");
        }
        // An IPv6 address stands in brackets: [::1]:2181.
        int colon = server.startsWith("[") ? server.indexOf(':', server.indexOf(']') + 1) : server.indexOf(':');
        String host = colon < 0 ? server : server.substring(0, colon);
        if (host.isEmpty() || !host.matches("[A-Za-z0-9._-]+|\\[[0-9a-fA-F:.%]+]")) {
            throw invalid(text, "'" + server + "' is no host:port");
        }
        int port = colon < 0 ? DEFAULT_PORT : port(text, server, server.substring(colon + 1));
        return host + ":" + port;
    }

    private static int port(String text, String server, String port) {
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65535) {
            throw invalid(text, "the port of '" + server + "' must be a number from 1 to 65535");
        }
        return Integer.parseInt(port);
    }

    private static String chroot(String text, String chroot) {
        if (chroot.isEmpty() || chroot.equals("/")) {
            return "";
        }
        // ZooKeeper takes both as part of the chroot, and the first role would make that tree.
        if (chroot.indexOf(',') >= 0) {
            throw invalid(text, "the chroot stands once, behind the last server; it has no comma");
        }
        if (chroot.indexOf('?') >= 0 || chroot.indexOf('#') >= 0) {
            throw invalid(text, "nothing stands behind the chroot: no '?' and no '#'; settings are options");
        }
        for (String element : chroot.substring(1).split("/", -1)) {
            if (!element.equals(element.strip())) {
                throw invalid(text, "a name of the chroot begins or ends in a blank");
            }
            try {
                NodeName.checkElement("chroot", element);
            } catch (CoordinationException e) {
                throw invalid(text, e.getMessage());
            }
        }
        if (chroot.equals("/zookeeper") || chroot.startsWith("/zookeeper/")) {
            throw invalid(text, "/zookeeper belongs to the servers");
        }
        return chroot;
    }

    private static CoordinationException invalid(String text, String advice) {
        return CoordinationException.invalid("connect string", text, advice);
    }

    @Override
    public String toString() {
        return servers + chroot;
    }
}
