package dev.twinkeeper.cli.doctor;

import java.util.ArrayList;
import java.util.List;

/** A host and a port, as somebody wrote them. */
record Endpoint(String host, int port) {
    /** @param servers {@code host:port,host:port}, as a connect string has them */
    static List<Endpoint> list(String servers) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (String each : servers.split(",")) {
            int colon = each.lastIndexOf(':');
            endpoints.add(new Endpoint(each.substring(0, colon), Integer.parseInt(each.substring(colon + 1))));
        }
        return endpoints;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
