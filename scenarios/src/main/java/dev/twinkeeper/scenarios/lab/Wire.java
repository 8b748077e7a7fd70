package dev.twinkeeper.scenarios.lab;

import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.events.Observation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One participant's own wire to all servers of an ensemble: a small TCP proxy that can be cut, mended, slowed, stalled
 * one way, and that can lose the answer to a request that was applied. It reads along, so that sessions and traffic are
 * known without a hook in the participant.
 *
 * <p>Where a server is dead the wire to it resets connections, as a cut one does. All methods may be called from any
 * thread.
 */
public final class Wire implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Wire.class);

    /** On loopback a server takes a connection at once, or it is dead. */
    private static final Duration CONNECT = Duration.ofSeconds(1);

    private final List<Door> doors = new ArrayList<>();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Set<InetSocketAddress> cutOff = ConcurrentHashMap.newKeySet();
    private final List<InetSocketAddress> servers;

    private final Consumer<SessionCredentials> onSession;

    private final Valve requestGate = new Valve();
    private final Valve replyGate = new Valve();
    private final List<Loss> armed = new CopyOnWriteArrayList<>();
    private final List<Hold> holds = new CopyOnWriteArrayList<>();

    private volatile boolean checksIgnored;

    /** Whether there is anything to mend, to say so. */
    private volatile boolean faulted;

    private final List<SessionCredentials> sessions = new CopyOnWriteArrayList<>();
    private final TrafficCounter counts = new TrafficCounter();

    private volatile Emitter emitter = new Emitter(new EventStream(), "");

    /** Whom the wire belongs to, and the stream that hears of what goes over it. */
    record Emitter(EventStream stream, String participant) {}

    /** A connection that is to be held back, at the first request that matches. */
    private record Hold(Predicate<Request> which, CompletableFuture<HeldConnection> happening) {}

    /** A mended wire to all servers of the ensemble. */
    public Wire(Ensemble ensemble) {
        this(ensemble.servers().stream().map(Wire::clientAddress).toList(), session -> {});
    }

    /**
     * A mended wire to servers that may be anywhere.
     *
     * @param servers where each takes clients
     * @param onSession hears of each session when it is granted, on a thread of the wire
     */
    public Wire(List<InetSocketAddress> servers, Consumer<SessionCredentials> onSession) {
        this.servers = List.copyOf(servers);
        this.onSession = onSession;
        try {
            for (InetSocketAddress server : servers) {
                doors.add(new Door(participant -> connect(participant, server)));
            }
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** What the participant connects to in place of the ensemble: one address for each server. */
    public String connectString() {
        return doors.stream().map(door -> Ports.HOST + ":" + door.port()).collect(Collectors.joining(","));
    }

    private static InetSocketAddress clientAddress(Server server) {
        return new InetSocketAddress(Ports.HOST, server.port());
    }

    private void connect(Socket participant, InetSocketAddress server) throws IOException {
        Socket upstream = new Socket();
        try {
            if (cutOff.contains(server)) {
                throw new IOException("cut");
            }
            upstream.connect(server, (int) CONNECT.toMillis());
            Link link = new Link(this, server, participant, upstream);
            counts.connected();
            links.add(link);
            link.start();
            if (cutOff.contains(server)) {
                link.reset(); // it was cut while this one came through
            }
        } catch (IOException e) {
            log.debug("no way to {}", server, e);
            upstream.close();
            participant.setSoLinger(true, 0);
            participant.close();
        }
    }

    /** From now on the stream hears of each request, answer and notification, heartbeats left out. */
    public void emitTo(EventStream stream, String participant) {
        emitter = new Emitter(stream, participant);
    }

    // Faults. All of them end by mend().

    /** Resets all connections and refuses new ones, until {@link #mend}. */
    public void cut() {
        fault("cut off", true);
        servers.forEach(this::cut);
    }

    /** Like {@link #cut()}, to this server only. */
    public void cut(Server server) {
        cut(clientAddress(server));
    }

    private void cut(InetSocketAddress server) {
        cutOff.add(server);
        links.stream().filter(link -> link.server().equals(server)).forEach(Link::reset);
        // What a stall held back dies with its connection.
    }

    /** Resets all connections once; new ones are taken at once. */
    public void reset() {
        fault("its connections are reset", true);
        links.forEach(Link::reset);
    }

    /** Lets everything through again: what was stalled flows on, new connections are taken. */
    public void mend() {
        if (faulted) {
            faulted = false;
            fault("mended", false);
        }
        cutOff.clear();
        requestGate.open();
        replyGate.open();
        try {
            for (Door door : doors) {
                door.open();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Delays what the participant sends and what it receives, by these times at the least, at twice them at the most. */
    public void slow(Duration requests, Duration replies) {
        fault("its wire is slow", true);
        requestGate.slow(requests);
        replyGate.slow(replies);
    }

    /**
     * Holds back what the participant sends, until {@link #mend}; the connections stand. What it sent meanwhile
     * may then arrive, even if it has given up that connection.
     */
    public void stallRequests() {
        fault("its requests are held back", true);
        requestGate.shut();
    }

    /** Holds back what the servers send, until {@link #mend}; the connections stand, requests get through. */
    public void stallReplies() {
        fault("answers to it are held back", true);
        replyGate.shut();
    }

    /**
     * Loses packets, as far as TCP lets it be seen: what it has to send again comes late, and all that follows it
     * waits.
     *
     * @param share of the chunks, each way, that come late: 0 to 1
     * @param pause how late a retransmission comes
     */
    public void stutter(double share, Duration pause) {
        requestGate.stutter(share, pause);
        replyGate.stutter(share, pause);
    }

    /**
     * Loses one answer: lets the first matching request through, waits for the server's reply, drops it and ends the
     * connection. So the request was applied (or refused), and the participant can't know. Where the connection breaks
     * before the reply, the next matching request is taken.
     *
     * @return completes with the request when its answer was lost, on a thread of the wire; others may see the effect
     *     of the request before
     */
    public CompletableFuture<Request> loseAnswer(Predicate<Request> which) {
        return arm(Loss.ofAnswer(which));
    }

    /** {@link #loseAnswer} to the next request that changes the tree. */
    public CompletableFuture<Request> loseNextAnswer() {
        return loseAnswer(request -> request.writes() && !request.operation().equals("closeSession"));
    }

    /**
     * Loses one request: drops the first matching one before a server sees it, and ends the connection. The counterpart
     * of {@link #loseAnswer}: to the participant both look the same.
     */
    public CompletableFuture<Request> loseRequest(Predicate<Request> which) {
        return arm(Loss.ofRequest(which));
    }

    /**
     * Runs the action, once, before the first matching request goes on to the server. The request is held until it has
     * returned: what it does comes first.
     *
     * @return completes when the action has run
     */
    public CompletableFuture<Void> before(Predicate<Request> which, Runnable action) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        arm(Loss.ofRequest(request -> {
            if (!done.isDone() && which.test(request)) {
                action.run();
                done.complete(null);
            }
            return false;
        }));
        return done;
    }

    private CompletableFuture<Request> arm(Loss loss) {
        armed.add(loss);
        return loss.happening();
    }

    /**
     * Holds back one connection, from the first matching request on and both ways, until {@link HeldConnection#release};
     * the servers keep its session. Other connections are refused until {@link #mend}, so that the participant hears no
     * server at all, and gives the session up by its own clock.
     *
     * @return completes with the connection when the request was held back
     */
    public CompletableFuture<HeldConnection> holdBack(Predicate<Request> which) {
        Hold hold = new Hold(which, new CompletableFuture<>());
        holds.add(hold);
        return hold.happening();
    }

    /**
     * Makes every check that the participant sends pass if the znode exists, whatever its version: the protocol without
     * its fence. For good; {@link #mend} does not undo it.
     */
    public void ignoreChecks() {
        checksIgnored = true;
    }

    boolean ignoresChecks() {
        return checksIgnored;
    }

    // What was seen.

    /** The newest session that a server granted over this wire. */
    public Optional<SessionCredentials> session() {
        return sessions.isEmpty() ? Optional.empty() : Optional.of(sessions.get(sessions.size() - 1));
    }

    /** All sessions that were granted over this wire. */
    public Set<Long> sessions() {
        return sessions.stream().map(SessionCredentials::id).collect(Collectors.toSet());
    }

    /** The counts so far. */
    public Traffic traffic() {
        return counts.snapshot();
    }

    /** How many chunks, either way, a gate has held up so far. */
    public long heldUp() {
        return requestGate.heldUp() + replyGate.heldUp();
    }

    /** How many connections stand just now. */
    public int connections() {
        return links.size();
    }

    /** Ends all connections and takes no new ones. */
    @Override
    public void close() {
        for (Door door : doors) {
            try {
                door.close();
            } catch (IOException e) {
                log.debug("closing", e);
            }
        }
        links.forEach(Link::reset);
        mend();
    }

    // For the links.

    Emitter emitter() {
        return emitter;
    }

    Valve requestGate() {
        return requestGate;
    }

    Valve replyGate() {
        return replyGate;
    }

    TrafficCounter counts() {
        return counts;
    }

    private void fault(String what, boolean begins) {
        faulted |= begins;
        Emitter to = emitter;
        to.stream().emit(to.participant(), () -> new Observation.Fault(what, begins));
    }

    /** Told before the participant can notice. */
    void lost(Loss loss, Request request) {
        String what = loss.ofRequest() ? "request lost: " : "answer lost: ";
        Emitter to = emitter;
        to.stream()
                .emit(
                        to.participant(),
                        () -> new Observation.Fault(what + request.operation() + " " + request.path(), true));
        loss.happened(request);
    }

    /** The loss that this request is the first to match; it is then no longer armed. */
    Loss lossFor(Request request) {
        for (Loss loss : armed) {
            if (loss.which().test(request) && armed.remove(loss)) {
                return loss;
            }
        }
        return null;
    }

    /** The connection that is held back from this request on, or null; then no other is taken until it is mended. */
    HeldConnection holdFor(Request request, int xid) throws IOException {
        for (Hold hold : holds) {
            if (hold.which().test(request) && holds.remove(hold)) {
                fault("one connection is held back, others are refused", true);
                for (Door door : doors) {
                    door.refuse();
                }
                return new HeldConnection(xid, hold.happening());
            }
        }
        return null;
    }

    void rearm(Loss loss) {
        armed.add(loss);
    }

    void granted(SessionCredentials session) {
        if (session != null && !sessions.contains(session)) {
            sessions.add(session);
            onSession.accept(session);
        }
    }

    void ended(Link link) {
        links.remove(link);
    }
}
