package dev.twinkeeper.scenarios.lab;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * All ways between the servers of an ensemble: each server reaches each other one by tunnels of its own, so that any of
 * them can be cut off from its peers while its clients still reach it.
 *
 * <p>Where a server of a smaller number calls a greater one's election port, the greater one hangs up and calls back,
 * at the address that the first one named in its opening. The opening is therefore changed on its way to name the
 * tunnel that leads back; both are 127.0.0.1 and a port of five digits.
 */
public final class Switchboard implements AutoCloseable {
    /** The most bytes of an opening's address: ZooKeeper's own bound. */
    private static final int LONGEST_ADDRESS = 512;

    /** A follower often knows who leads before the leader does; it would try for some seconds. */
    private static final Duration LEADER_BINDS = Duration.ofSeconds(2);

    private record Way(int from, int to, Tunnel peer, Tunnel election) {}

    private final int size;
    private final Ports real;
    private final Ports doors;
    private final List<Way> ways = new ArrayList<>();

    /**
     * @param size how many servers
     * @param real where they listen: the peer ports of all, then the election ports of all
     */
    public Switchboard(int size, Ports real) throws IOException {
        this.size = size;
        this.real = real;
        this.doors = Ports.reserve(2 * size * size);
        for (int from = 1; from <= size; from++) {
            for (int to = 1; to <= size; to++) {
                if (from == to) {
                    doors.take(peer(from, to)).close();
                    doors.take(election(from, to)).close();
                } else {
                    ways.add(way(from, to));
                }
            }
        }
    }

    private Way way(int from, int to) {
        Tunnel peer = new Tunnel(doors.take(peer(from, to)), real.get(to - 1), LEADER_BINDS, (in, out) -> {});
        String back = Ports.HOST + ":" + doors.get(election(to, from));
        Tunnel election = new Tunnel(
                doors.take(election(from, to)),
                real.get(size + to - 1),
                Duration.ZERO,
                (in, out) -> copyOpening(in, out, back));
        return new Way(from, to, peer, election);
    }

    /** The number of a door. */
    private int peer(int from, int to) {
        return (from - 1) * size + to - 1;
    }

    private int election(int from, int to) {
        return size * size + peer(from, to);
    }

    /** What stands for server {@code to} in the {@code zoo.cfg} of server {@code from}. */
    public String address(int from, int to) {
        return from == to
                ? Ports.HOST + ":" + real.get(to - 1) + ":" + real.get(size + to - 1)
                : Ports.HOST + ":" + doors.get(peer(from, to)) + ":" + doors.get(election(from, to));
    }

    private static void copyOpening(InputStream in, OutputStream out, String back) throws IOException {
        DataInputStream from = new DataInputStream(in);
        DataOutputStream to = new DataOutputStream(out);
        to.writeLong(from.readLong()); // the protocol's version
        to.writeLong(from.readLong()); // the number of the server
        int length = from.readInt();
        if (length < 0 || length > LONGEST_ADDRESS) {
            throw new IOException("not the opening of an election: an address of " + length + " bytes");
        }
        byte[] address = back.getBytes(StandardCharsets.US_ASCII);
        from.readNBytes(length);
        to.writeInt(address.length);
        to.write(address);
        to.flush();
    }

    /** Both ways between that server and all others go silent. */
    public void silence(int server) {
        around(server, Tunnel::silence);
    }

    /** Both ways between that server and all others break. */
    public void cut(int server) {
        around(server, Tunnel::cut);
    }

    private void around(int server, Consumer<Tunnel> fault) {
        for (Way way : ways) {
            if (way.from() == server || way.to() == server) {
                fault.accept(way.peer());
                fault.accept(way.election());
            }
        }
    }

    /**
     * What that server hears from its leader waits until it may {@link #catchUp}: it falls behind, and goes on answering
     * its clients. After {@code syncLimit} it would notice, and after a session's timeout its clients' sessions end.
     */
    public void fallBehind(int server) {
        ways.stream()
                .filter(way -> way.from() == server)
                .forEach(way -> way.peer().hold());
    }

    public void catchUp(int server) {
        ways.stream()
                .filter(way -> way.from() == server)
                .forEach(way -> way.peer().flow());
    }

    /**
     * What one server sends to another waits until it is {@link #mend mended}, on connections of either; what that one
     * sends gets through.
     */
    public void cutOneWay(int from, int to) {
        for (Way way : ways) {
            if (way.from() == from && way.to() == to) {
                way.peer().holdRequests();
                way.election().holdRequests();
            } else if (way.from() == to && way.to() == from) {
                way.peer().hold();
                way.election().hold();
            }
        }
    }

    /** All ways are good again. */
    public void mend() {
        for (Way way : ways) {
            way.peer().flow();
            way.peer().mend();
            way.election().flow();
            way.election().mend();
        }
    }

    @Override
    public void close() {
        for (Way way : ways) {
            way.peer().close();
            way.election().close();
        }
    }
}
