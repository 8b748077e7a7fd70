package dev.twinkeeper.scenarios.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * Free ports on loopback, held by sockets of our own until {@link #release}: all are taken at once, so that no two of
 * them are the same.
 */
final class Ports {
    static final String HOST = "127.0.0.1";

    private final List<ServerSocket> held = new ArrayList<>();

    private Ports() {}

    static Ports reserve(int count) throws IOException {
        Ports ports = new Ports();
        for (int i = 0; i < count; i++) {
            ports.held.add(new ServerSocket(0, 1, InetAddress.getByName(HOST)));
        }
        return ports;
    }

    int size() {
        return held.size();
    }

    int get(int index) {
        return held.get(index).getLocalPort();
    }

    void release() throws IOException {
        for (ServerSocket socket : held) {
            socket.close();
        }
    }
}
