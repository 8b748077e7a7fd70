package dev.twinkeeper.cli.demo;

import dev.twinkeeper.cli.Prose;
import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.contract.Security;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.recipes.Recipes;
import dev.twinkeeper.scenarios.ScenarioContext;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import dev.twinkeeper.scenarios.lab.Ensemble;
import dev.twinkeeper.scenarios.lab.Operator;
import dev.twinkeeper.scenarios.lab.SessionCredentials;
import dev.twinkeeper.scenarios.lab.Sessions;
import dev.twinkeeper.scenarios.lab.Wire;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/**
 * What a {@link Demo} works with: an ensemble, the recipes of one side, a wire for each participant, an operator
 * at zkCli, and a listener that is told what happens. Safe for several threads: listeners tell too.
 */
public final class DemoContext implements AutoCloseable {
    /** The session timeout of {@link #shortSession}: so that nobody has to look on for long while one expires. */
    public static final Duration SESSION_TIMEOUT = ScenarioContext.SESSION_TIMEOUT;

    /** That of all others: nobody is lost whom the demo does not lose, also where the machine halts for seconds. */
    private static final Duration LONG_SESSION = Duration.ofSeconds(20);

    /** "At once": no session has to end first. */
    public static final Duration AT_ONCE = ScenarioContext.AT_ONCE;

    /** For a session to end, and whatever follows. */
    public static final Duration SUCCESSION = ScenarioContext.SUCCESSION.multipliedBy(2);

    /** More znodes than these nobody reads; more data than this neither. */
    private static final int SHOWN = 30;

    private static final int SHOWN_DATA = 40;

    /** The digits that ZooKeeper puts at the end of a sequential znode's name. */
    private static final int SEQUENCE = 10;

    /** The UUID by which a creator finds its znode again, which fills a line: its first part tells them apart. */
    private static final Pattern PROTECTION = Pattern.compile("_c_([0-9a-f]{8})-[0-9a-f-]{27}-");

    private static final Pattern SEQUENTIAL = Pattern.compile(".*[0-9]{" + SEQUENCE + "}");

    /** What is left of a line behind the time and the name. */
    private static final int TEXT_WIDTH = Prose.WIDTH - 21;

    /** Who looks on. */
    public interface DemoListener {
        /** The heading of what follows. */
        void heading(String title);

        /** What somebody does or is told. {@code time} is aligned, and empty for a line that belongs to the one before. */
        void line(String time, String who, String text);
    }

    private final Ensemble ensemble;
    private final Recipes recipes;
    private final String path;
    private final Security security;
    private final DemoListener listener;
    private final Map<String, Wire> wires = new LinkedHashMap<>();
    private final Set<String> shortSessions = new HashSet<>();
    private final List<Recipe> toClose = Collections.synchronizedList(new ArrayList<>());
    private final long begin = System.nanoTime();
    private Operator operator;
    private boolean over;

    /** @param path where the recipe stands, such as {@code /lock}; nothing is there yet */
    public DemoContext(Ensemble ensemble, Recipes recipes, String path, DemoListener listener) {
        this(ensemble, recipes, path, Security.NONE, listener);
    }

    /** @param security as whom all participants and the operator speak, and who may use what they make; over plain TCP */
    public DemoContext(Ensemble ensemble, Recipes recipes, String path, Security security, DemoListener listener) {
        this.ensemble = ensemble;
        this.recipes = recipes;
        this.path = path;
        this.security = security;
        this.listener = listener;
    }

    // The participants.

    /** Whether this side says that it does not keep that rule. */
    boolean declares(Rule rule) {
        return recipes.differences().stream().anyMatch(difference -> difference.rule() == rule);
    }

    /** The side that is shown. */
    public Recipes recipes() {
        return recipes;
    }

    /** Where the recipe stands. */
    public String path() {
        return path;
    }

    /** The recipe's place as this participant reaches it: over its own wire. */
    public synchronized Recipe.Place place(String who) {
        Duration session = shortSessions.contains(who) ? SESSION_TIMEOUT : LONG_SESSION;
        return new Recipe.Place(wire(who).connectString(), session, path, Recipes.access(security));
    }

    /** Has a plain client speak as the participants do; returns it. */
    ZooKeeper authenticated(ZooKeeper client) {
        security.credentials().ifPresent(own -> client.addAuthInfo(own.scheme(), own.bytes()));
        return client;
    }

    /** Of what a plain client makes. No List.of: ZooKeeper asks it whether it holds null, which throws. */
    List<ACL> acl() {
        List<ACL> acl = new ArrayList<>();
        security.withoutRoles("recipes")
                .forEach(grant -> acl.add(new ACL(Perms.ALL, new Id(grant.scheme(), grant.id()))));
        return acl;
    }

    /** Whose session is to end in the demo, once they are cut off; to be said before they come. */
    public synchronized void shortSession(String... who) {
        shortSessions.addAll(List.of(who));
    }

    /** The participant's own wire, which carries nobody else's traffic. */
    public synchronized Wire wire(String who) {
        return wires.computeIfAbsent(who, unused -> new Wire(ensemble));
    }

    /** Has the recipe closed at the end, if it is not before; returns it. */
    public <R extends Recipe> R closeAtEnd(R recipe) {
        toClose.add(recipe);
        return recipe;
    }

    /** Calls a recipe on a thread of its own: for calls that wait. */
    public <T> CompletableFuture<T> async(String who, Callable<T> call) {
        return BoundedWait.async(who, call);
    }

    // The faults.

    /** Cuts the participant off: all its connections are reset, new ones are refused. */
    public void cut(String who) {
        wire(who).cut();
        tell(who, "is cut off from the ensemble");
    }

    /** Ends {@link #cut}. */
    public void mend(String who) {
        tell(who, "is connected again");
        wire(who).mend();
    }

    /** Expires the participant's session at the ensemble; returns when its ephemerals are gone. */
    public void expire(String who) {
        SessionCredentials session =
                wire(who).session().orElseThrow(() -> new AssertionError(who + " has no session yet"));
        tell("ensemble", "ends the session of " + who + ", and removes its ephemerals");
        Sessions.expire(ensemble.connectString(), session);
    }

    /** Somebody at zkCli, whose paths are whole: {@code /lock/…}. */
    public synchronized Operator operator() {
        if (operator == null) {
            operator = new Operator(ensemble.connectString(), new Layout(""), security);
        }
        return operator;
    }

    /** The servers, for a demo that takes one down. */
    public Ensemble ensemble() {
        return ensemble;
    }

    // Waiting.

    /**
     * Waits until the condition holds.
     *
     * @throws AssertionError naming what did not come, when the time is up
     */
    public void until(String what, Duration bound, Callable<Boolean> condition) {
        BoundedWait.until(what, bound, condition);
    }

    /** Looks on for that time: for what must not happen. */
    public void throughout(String what, Duration time, Callable<Boolean> condition) {
        BoundedWait.throughout(what, time, condition);
    }

    /** Waits for what is expected to complete well. */
    public <T> T await(String what, CompletionStage<T> coming, Duration bound) {
        return ScenarioContext.await(what, coming, bound);
    }

    // The narration.

    /** Begins a new paragraph. */
    public synchronized void heading(String title) {
        if (!over) {
            listener.heading(title);
        }
    }

    /** One line: who does or is told what, with the time since the demo began. */
    public synchronized void tell(String who, String text) {
        if (!over) {
            double seconds = (System.nanoTime() - begin) / 1e9;
            List<String> lines = Prose.wrap(text, TEXT_WIDTH);
            listener.line(String.format(Locale.ROOT, "%7.2f s", seconds), who, lines.get(0));
            lines.stream().skip(1).forEach(line -> listener.line("", "", line));
        }
    }

    /**
     * The recipe's znodes as {@code ls -R} at zkCli has them, but for the middle of long names; each ephemeral with
     * whose it is, and what they hold.
     */
    public void tree() {
        Operator zkCli = operator();
        tell("zkCli", "ls -R " + path);
        List<String> paths = new ArrayList<>();
        collect(zkCli, path, paths);
        List<String> shown = paths.subList(0, Math.min(SHOWN, paths.size()));
        int width =
                shown.stream().mapToInt(each -> shortened(each).length()).max().orElse(0);
        for (String each : shown) {
            // What went since it was listed is left out.
            zkCli.stat(each)
                    .map(stat -> describe(zkCli, each, stat))
                    .ifPresent(what -> tellOn(("%-" + width + "s  %s").formatted(shortened(each), what)));
        }
        if (paths.size() > SHOWN) {
            tellOn("and " + (paths.size() - SHOWN) + " more");
        }
    }

    private static String shortened(String znode) {
        return PROTECTION.matcher(znode).replaceAll("_c_$1…-");
    }

    private synchronized void tellOn(String line) {
        if (!over) {
            listener.line("", "", line.stripTrailing());
        }
    }

    private static void collect(Operator zkCli, String znode, List<String> found) {
        found.add(znode);
        zkCli.children(znode).stream()
                .sorted(Comparator.comparing(DemoContext::sequence).thenComparing(Comparator.naturalOrder()))
                .forEach(child -> collect(zkCli, znode + "/" + child, found));
    }

    /** What zkCli does not do: sequential znodes in the order of their numbers, whatever stands before those. */
    private static String sequence(String name) {
        return SEQUENTIAL.matcher(name).matches() ? name.substring(name.length() - SEQUENCE) : "";
    }

    private String describe(Operator zkCli, String znode, Stat stat) {
        List<String> parts = new ArrayList<>();
        if (stat.getEphemeralOwner() != 0) {
            parts.add("ephemeral of " + owner(stat.getEphemeralOwner()));
        }
        if (stat.getDataLength() > 0) {
            parts.add(shown(zkCli, znode, stat));
        }
        return String.join(", ", parts);
    }

    private synchronized String owner(long session) {
        return wires.entrySet().stream()
                .filter(each -> each.getValue().sessions().contains(session))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(operator().session() == session ? "the operator" : "0x" + Long.toHexString(session));
    }

    private static String shown(Operator zkCli, String znode, Stat stat) {
        try {
            String text = zkCli.get(znode);
            boolean plain = text.length() <= SHOWN_DATA
                    && StandardCharsets.US_ASCII.newEncoder().canEncode(text)
                    && text.chars().noneMatch(Character::isISOControl);
            return plain ? "'" + text + "'" : stat.getDataLength() + " bytes";
        } catch (Operator.Refusal gone) {
            return stat.getDataLength() + " bytes";
        }
    }

    // The end.

    /** Ends the demo: nothing more is printed, all wires are mended, and all recipes are closed. */
    @Override
    public void close() {
        Operator zkCli;
        List<Wire> lines;
        synchronized (this) {
            over = true;
            zkCli = operator;
            lines = List.copyOf(wires.values());
        }
        lines.forEach(Wire::mend);
        List.copyOf(toClose).forEach(Recipe::close);
        if (zkCli != null) {
            zkCli.close();
        }
        lines.forEach(Wire::close);
    }
}
