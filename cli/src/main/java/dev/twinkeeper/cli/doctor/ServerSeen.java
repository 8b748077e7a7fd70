package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.scenarios.lab.FourLetterWord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/**
 * One server as it was seen.
 *
 * @param endpoint how it was named
 * @param states how each of its addresses answered; none where the name does not resolve
 * @param srvr what it said to {@code srvr}
 */
record ServerSeen(Endpoint endpoint, Map<InetAddress, ServerProbe.State> states, Optional<String> srvr) {
    private static final String SERVES_NOBODY = "not currently serving requests";

    /** The best of its addresses. */
    ServerProbe.State state() {
        return states.values().stream().max(Enum::compareTo).orElse(ServerProbe.State.UNREACHABLE);
    }

    /** Where it answered best. */
    Optional<InetSocketAddress> address() {
        return states.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(each -> new InetSocketAddress(each.getKey(), endpoint.port()));
    }

    boolean serves() {
        return state() == ServerProbe.State.SERVING;
    }

    /** It is a ZooKeeper server that has no quorum just now. */
    boolean waits() {
        return state() == ServerProbe.State.ENDS
                && srvr.isPresent()
                && srvr.get().contains(SERVES_NOBODY);
    }

    /** It serves, but begins no session: it hears nothing from its leader. */
    boolean stuck() {
        return state() == ServerProbe.State.SILENT && field("Mode: ").isPresent();
    }

    boolean runs() {
        return serves() || waits() || stuck();
    }

    Optional<String> field(String name) {
        return srvr.flatMap(answer -> FourLetterWord.field(answer, name));
    }

    boolean is(String mode) {
        return field("Mode: ").filter(mode::equals).isPresent();
    }

    Optional<String> version() {
        return field("Zookeeper version: ").map(text -> text.split("[-,\\s]", 2)[0]);
    }

    /** Empty where it says none: whatever listens there may answer whatever it likes. */
    Optional<Long> zxid() {
        return field("Zxid: ")
                .map(text -> text.replace("0x", ""))
                .filter(text -> text.matches("[0-9a-fA-F]{1,16}"))
                .map(text -> Long.parseUnsignedLong(text, 16));
    }
}
