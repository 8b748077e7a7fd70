package dev.twinkeeper.cli.doctor;

import dev.twinkeeper.cli.doctor.Finding.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** The files of several members against each other: they have to agree, and not to share what is each one's own. */
final class MembersCheck {
    private final List<ZooCfg> configs;
    private final List<Finding> findings = new ArrayList<>();

    private MembersCheck(List<ZooCfg> configs) {
        this.configs = configs;
    }

    static List<Finding> of(List<ZooCfg> configs) {
        MembersCheck check = new MembersCheck(configs);
        check.serverLines();
        check.tickTimes();
        check.shared("dataDir", Kind.DATA_DIR, config -> config.path("dataDir").map(Path::toString), "a directory");
        check.shared(
                "clientPort",
                Kind.PORT,
                config -> config.clients().map(Endpoint::toString).filter(port -> !port.endsWith(":0")),
                "a clientPort");
        check.ids();
        return check.findings;
    }

    private void serverLines() {
        if (configs.isEmpty()) {
            return;
        }
        Set<Long> numbers = new TreeSet<>();
        configs.forEach(config -> numbers.addAll(config.servers().keySet()));
        ZooCfg first = configs.get(0);
        for (ZooCfg other : configs.subList(1, configs.size())) {
            for (Long number : numbers) {
                ServerLine here = first.servers().get(number);
                ServerLine there = other.servers().get(number);
                // A line that can't be read is told of for itself.
                boolean unreadable = Objects.isNull(here) && first.serverLines().containsKey("" + number)
                        || Objects.isNull(there) && other.serverLines().containsKey("" + number);
                if (!unreadable && !same(here, there)) {
                    findings.add(new Finding(
                            Kind.SERVER_LINE,
                            other.file().toString(),
                            "server." + number + " is " + shown(other, number) + " here, and " + shown(first, number)
                                    + " in " + first.file(),
                            "write the same server lines into every zoo.cfg"));
                }
            }
        }
    }

    private static boolean same(ServerLine one, ServerLine other) {
        return one != null && other != null && one.means(other) && one.observer() == other.observer();
    }

    private static String shown(ZooCfg config, Long number) {
        return config.value("server." + number).map(line -> "'" + line + "'").orElse("missing");
    }

    private void tickTimes() {
        for (ZooCfg other : configs) {
            Optional<String> here = configs.get(0).value("tickTime");
            Optional<String> there = other.value("tickTime");
            if (here.isPresent() && there.isPresent() && !here.equals(there)) {
                findings.add(new Finding(
                        Kind.CONFIG,
                        other.file().toString(),
                        "tickTime is " + there.get() + " here, and " + here.get() + " in "
                                + configs.get(0).file(),
                        "write the same into every zoo.cfg: whoever leads ends sessions by its own"));
            }
        }
    }

    private void shared(String key, Kind kind, Function<ZooCfg, Optional<String>> value, String what) {
        Map<String, ZooCfg> owners = new LinkedHashMap<>();
        for (ZooCfg config : configs) {
            Optional<String> own = value.apply(config);
            ZooCfg owner = own.map(each -> owners.putIfAbsent(each, config)).orElse(null);
            if (owner != null && !remote(config)) {
                findings.add(new Finding(
                        kind,
                        config.file().toString(),
                        key + " " + own.orElseThrow() + " is the one of " + owner.file() + " too",
                        "give each server " + what + " of its own"));
            }
        }
    }

    /** Files that were gathered from several hosts share paths and ports rightly. */
    private boolean remote(ZooCfg config) {
        return config.servers().values().stream()
                        .map(ServerLine::host)
                        .distinct()
                        .count()
                > 1;
    }

    private void ids() {
        Map<Long, ZooCfg> owners = new LinkedHashMap<>();
        for (ZooCfg config : configs) {
            Optional<Long> id = config.id();
            ZooCfg owner = id.map(each -> owners.putIfAbsent(each, config)).orElse(null);
            boolean sameFile = owner != null && owner.myid().equals(config.myid());
            if (owner != null && !sameFile && config.quorum()) {
                findings.add(new Finding(
                        Kind.MYID,
                        "myid '" + config.myid().orElseThrow() + "'",
                        "it holds " + id.get() + ", as " + owner.myid().orElseThrow()
                                + " does: two servers with one id",
                        "write the N of its own server.N line" + free(config)));
            }
        }
    }

    private String free(ZooCfg config) {
        Set<Long> free = new TreeSet<>(config.servers().keySet());
        configs.forEach(each -> each.id().ifPresent(free::remove));
        return free.isEmpty() ? "" : ": of " + config.servers().keySet() + " nobody has " + free;
    }
}
