package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.twinkeeper.cli.ensemble.EnsembleException;
import dev.twinkeeper.contract.Event;
import dev.twinkeeper.scenarios.events.EventStream;
import dev.twinkeeper.scenarios.lab.ChildProcess;
import dev.twinkeeper.scenarios.torture.ServerNode;
import dev.twinkeeper.scenarios.torture.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An ensemble of three server processes, two clusters of six role processes each, and the page that shows and breaks them. */
public final class Playground implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Playground.class);

    /** What the servers' logs and the roles' need for an hour of clicking, with room. */
    private static final long FREE_BYTES = 300L << 20;

    private static final long TICK_MS = 100;
    /** From three cold JVMs to a leader, on a machine that has much else to do. */
    private static final long ELECTION_MS = 180_000;

    /** Ten times that is how long a server may be silent. A session ends within one after its time is up. */
    private static final int TICK_OF_SERVERS_MS = 500;

    /** The page shows as many; older ones are in nobody's way. */
    private static final int KEPT_EPISODES = 30;

    private final Path directory;
    private final EventStream stream = new EventStream();
    private final List<ClusterSide> sides = List.of(new ClusterSide("raw"), new ClusterSide("curator"));
    private final Servers servers;
    private final ServerObserver serverObserver;
    private final Broadcast broadcast;
    private final CodeRegions code;
    private final PageServer page;
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2, Playground::daemon);
    private final Deque<Episode> episodes = new ArrayDeque<>();
    private final Set<Integer> changedEpisodes = ConcurrentHashMap.newKeySet();
    private final AtomicInteger episodeIds = new AtomicInteger();

    private volatile String phase = "starting three servers";
    private volatile TreeWatcher tree;
    private volatile Actions actions;
    private volatile boolean treeWasConnected;
    private volatile boolean phaseChanged;
    private volatile boolean closing;

    /** The words and the tone of an event, for the timeline; empty where it is told by nobody. */
    public record Words(String text, String tone) {}

    /**
     * Takes the port; nothing runs yet.
     *
     * @param port 0 for a free one
     * @param home the top level of the project, whose sources are shown
     */
    public Playground(int port, Path home, Function<Event, Optional<Words>> narration) {
        broadcast = new Broadcast(
                event -> narration.apply(event).map(words -> new Broadcast.Told(words.text(), words.tone())));
        code = new CodeRegions(home);
        page = new PageServer(port, new OfPage());
        try {
            directory = Files.createTempDirectory("twinkeeper-play");
            if (Files.getFileStore(directory).getUsableSpace() < FREE_BYTES) {
                Files.delete(directory);
                throw new EnsembleException("disk: less than " + (FREE_BYTES >> 20) + " MB free for '"
                        + directory.getParent() + "'; make room, or name another with -Djava.io.tmpdir");
            }
            servers = new Servers(directory, TICK_OF_SERVERS_MS);
        } catch (IOException e) {
            page.close();
            throw new EnsembleException("directory for temporary files: cannot be written (" + e.getMessage() + ")");
        }
        serverObserver = new ServerObserver(servers.nodes(), stream);
        stream.subscribe(broadcast::on);
        stream.subscribe(this::onEntry);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "playground");
        thread.setDaemon(true);
        return thread;
    }

    public int port() {
        return page.port();
    }

    /** Serves the page, which says what is still starting. */
    public void open() {
        page.start();
    }

    /** Starts the servers and the roles; returns when all have been started. */
    public void start() throws InterruptedException {
        timer.scheduleWithFixedDelay(guarded(this::flush), TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
        servers.start();
        servers.nodes().forEach(this::watch);
        timer.scheduleWithFixedDelay(guarded(serverObserver::look), 0, ServerObserver.EVERY_MS, TimeUnit.MILLISECONDS);
        try {
            tree = new TreeWatcher(servers.connectString(), this::owner);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!tree.awaitConnected(ELECTION_MS)) {
            throw new EnsembleException("the servers elected nobody within " + ELECTION_MS / 1_000
                    + "s: is the machine very busy? Try it again");
        }
        PlaygroundOperator operator = new PlaygroundOperator(tree.keeper(), stream);
        phase("starting twelve roles");
        for (ClusterSide side : sides) {
            operator.createChroot(side);
            List.of("m1", "m2").forEach(name -> role(side, "master", name));
            List.of("w1", "w2", "w3").forEach(name -> role(side, "worker", name));
            role(side, "client", "client");
        }
        actions = new Actions(sides, servers, serverObserver, operator, stream, new Made(), broadcast::note);
        // In turns, so that neither side is ahead.
        for (int i = 0; i < sides.get(0).roles().size(); i++) {
            for (ClusterSide side : sides) {
                side.roles().get(i).start();
            }
        }
        phase("");
    }

    private void phase(String now) {
        phase = now;
        phaseChanged = true;
    }

    /** A server that ends although nobody asked it to is a note on the page. */
    private void watch(ServerNode node) {
        ChildProcess child = node.child();
        child.onExit().thenAccept(ended -> {
            if (!closing && !serverObserver.expects(node)) {
                broadcast.note(node + " ended by itself, exit code " + ended.exitValue() + "; its log is in "
                        + directory.resolve(String.valueOf(node.id())) + "; Start servers starts it again");
            }
        });
    }

    private RoleHandle role(ClusterSide side, String kind, String name) {
        RoleHandle role = new RoleHandle(
                side.name(),
                kind,
                name,
                servers.nodes().stream().map(ServerNode::address).toList(),
                stream,
                directory);
        side.roles().add(role);
        return role;
    }

    private final class Made implements Actions.Starter {
        @Override
        public RoleHandle worker(ClusterSide side, String name) {
            return role(side, "worker", name);
        }

        @Override
        public void started(ServerNode server) {
            watch(server);
        }
    }

    private String owner(long session) {
        TreeWatcher own = tree;
        if (own != null && own.keeper().getSessionId() == session) {
            return "operator";
        }
        return sides.stream()
                .flatMap(side -> side.roles().stream())
                .filter(role -> role.owns(session))
                .map(RoleHandle::id)
                .findFirst()
                .orElse("");
    }

    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                log.error("unexpected, going on", e);
            }
        };
    }

    // What happens.

    private void onEntry(EventStream.Entry entry) {
        synchronized (episodes) {
            for (Episode episode : episodes) {
                if (episode.on(entry)) {
                    changedEpisodes.add(episode.id());
                }
            }
        }
    }

    private void flush() {
        synchronized (episodes) {
            long now = stream.now();
            episodes.stream()
                    .filter(episode -> episode.look(now))
                    .forEach(episode -> changedEpisodes.add(episode.id()));
        }
        broadcast.flush(stream.now(), new OfState());
    }

    private final class OfState implements Broadcast.State {
        @Override
        public ArrayNode roles() {
            ArrayNode all = PlaygroundJson.MAPPER.createArrayNode();
            sides.forEach(side -> side.roles().forEach(role -> all.add(role.toJson())));
            return all;
        }

        @Override
        public boolean addChanges(ObjectNode message) {
            boolean any = false;
            TreeWatcher own = tree;
            ObjectNode changes = own == null ? null : own.takeChanges();
            if (changes != null) {
                message.set("tree", changes);
                any = true;
            }
            boolean connected = own != null && own.isConnected();
            if (connected != treeWasConnected || phaseChanged) {
                treeWasConnected = connected;
                phaseChanged = false;
                message.put("stale", !connected).put("phase", phase);
                any = true;
            }
            if (serverObserver.takeChanged()) {
                message.set("servers", serverObserver.toJson());
                any = true;
            }
            if (!changedEpisodes.isEmpty()) {
                changedEpisodes.clear();
                message.set("episodes", episodesJson());
                any = true;
            }
            return any;
        }

        @Override
        public void addAll(ObjectNode message) {
            TreeWatcher own = tree;
            message.set("tree", own == null ? PlaygroundJson.object() : own.all());
            message.put("stale", own == null || !own.isConnected()).put("phase", phase);
            message.set("servers", serverObserver.toJson());
            message.set("episodes", episodesJson());
        }
    }

    private ArrayNode episodesJson() {
        ArrayNode all = PlaygroundJson.MAPPER.createArrayNode();
        synchronized (episodes) {
            episodes.forEach(episode -> all.add(episode.toJson()));
        }
        return all;
    }

    // What the page asks for.

    private final class OfPage implements PageServer.Requests {
        @Override
        public PageFeed open() {
            PageFeed feed = new PageFeed(() -> broadcast.whole(stream.now(), new OfState()));
            broadcast.add(feed);
            return feed;
        }

        @Override
        public void gone(PageFeed feed) {
            broadcast.remove(feed);
        }

        @Override
        public int pages() {
            return broadcast.pages();
        }

        @Override
        public String act(Actions.Asked asked) {
            Actions ready = ready();
            ready.check(asked);
            List<String> commands = ready.preview(asked);
            Episode episode = new Episode(episodeIds.incrementAndGet(), asked.action(), title(asked));
            synchronized (episodes) {
                episodes.add(episode);
                if (episodes.size() > KEPT_EPISODES) {
                    episodes.remove();
                }
            }
            ready.run(asked, episode);
            changedEpisodes.add(episode.id());
            broadcast.rolesChanged();
            ObjectNode answer = PlaygroundJson.object().put("episode", episode.id());
            answer.set("commands", PlaygroundJson.tree(commands));
            return PlaygroundJson.text(answer);
        }

        @Override
        public String preview(Actions.Asked asked) {
            return PlaygroundJson.text(ready().preview(asked));
        }

        @Override
        public String code(String name) {
            return PlaygroundJson.text(code.of(name));
        }

        @Override
        public String export() {
            ObjectNode all = PlaygroundJson.object().put("t", stream.now() / 1_000_000);
            all.set("events", broadcast.events());
            all.set("episodes", episodesJson());
            return TimelineExport.page(all);
        }
    }

    private Actions ready() {
        Actions own = actions;
        if (own == null) {
            throw new Refusal("not yet: " + phase);
        }
        return own;
    }

    private static String title(Actions.Asked asked) {
        boolean on = !asked.target().isEmpty();
        String what = asked.action().replace('-', ' ');
        return asked.action().equals("submit")
                ? "submit " + asked.count() + (asked.count() == 1 ? " task" : " tasks")
                : on ? what + ": " + asked.target() : what;
    }

    // The end.

    /** Ends every process, and removes what they wrote. */
    @Override
    public void close() {
        closing = true;
        page.close();
        timer.shutdownNow();
        if (tree != null) {
            tree.close();
        }
        sides.forEach(side -> side.roles().forEach(RoleHandle::end));
        servers.close();
        ChildProcess.killAll();
        remove();
    }

    private void remove() {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(Playground::delete);
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} is left behind", directory, e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            log.debug("{} is left behind", path, e);
        }
    }
}
