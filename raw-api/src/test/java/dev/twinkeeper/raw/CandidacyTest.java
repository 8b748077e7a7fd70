package dev.twinkeeper.raw;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.twinkeeper.contract.Event;
import dev.twinkeeper.contract.Leadership;
import dev.twinkeeper.contract.MasterId;
import dev.twinkeeper.contract.Settings;
import dev.twinkeeper.raw.session.ScriptedServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.Asked;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each row of the table in {@link Candidacy}, by what the candidate asks next. */
class CandidacyTest {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final String CLAIM = "create /master, setData /master, setData /master-epoch";
    private static final int EPOCH = 7;

    private final ScriptedServers servers = new ScriptedServers();
    private final List<Event> events = new ArrayList<>();
    private final MasterRole role =
            new MasterRole(new MasterId("m1"), Settings.connect("localhost:2181"), events::add, servers.session());

    @Test
    void suspendedConnectedPreparesAndLooks() {
        prepare();

        assertThat(servers.zk().asked()).containsExactly("getData /master");
    }

    @Test
    void suspendedExpiredBeginsANewCandidacy() {
        reign();
        servers.expire();

        servers.connect();

        assertThat(servers.opened()).hasSize(2);
        assertThat(servers.zk().asked()).containsExactly("exists /workers");
        assertThat(events).contains(new Event.SessionExpired(1));
    }

    @Test
    void preparingMakesWhatIsMissing() {
        start();
        servers.answer("exists /workers", Code.NONODE).answer("create /workers", Code.OK);
        servers.answer("exists /assign", Code.NONODE).answer("create /assign", Code.NODEEXISTS);

        assertThat(servers.zk().asked()).containsExactly("exists /tasks");
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"NOAUTH", "QUOTAEXCEEDED", "THROTTLEDOP"})
    void anotherCodeIsSaidOnceAndAskedAboutAfterAPause(Code code) {
        prepare();
        servers.answer("getData /master", code);
        assertThat(servers.zk().asked()).isEmpty();

        servers.pass(PAUSE);

        servers.answer("check /", Code.OK);
        assertThat(servers.zk().asked()).containsExactly("exists /workers");
        assertThat(events.stream().filter(Event.SetAside.class::isInstance)).hasSize(1);
    }

    @Test
    void lookingNobodyClaims() {
        prepare();
        servers.answer("getData /master", Code.NONODE);

        assertThat(servers.zk().asked()).containsExactly(CLAIM);
    }

    @Test
    void lookingSomebodyElseStandsBy() {
        standBy();

        assertThat(role.leadership()).isEqualTo(Leadership.STANDBY);
        assertThat(servers.zk().asked()).isEmpty();
    }

    @Test
    void lookingOurSessionConfirmsAndAnotherNonceReleases() {
        prepare();
        servers.data("getData /master", "m1", servers.ours()).data("getData /master-epoch", "m1 other", version(EPOCH));
        servers.data("getData /master", "m1", servers.ours());

        servers.answer("check /master-epoch, delete /master", Code.OK);

        assertThat(servers.zk().asked()).as("stands again").containsExactly("check /");
    }

    @Test
    void confirmingOurNonceReigns() {
        prepare();
        servers.answer("getData /master", Code.NONODE);
        String nonce = lostClaim();
        servers.connect();
        prepared();

        servers.data("getData /master", "m1", servers.ours()).data("getData /master-epoch", nonce, version(EPOCH));

        assertThat(role.leadership()).isEqualTo(Leadership.reigning(EPOCH));
    }

    @Test
    void confirmingMasterChangedLooksAgainAndDropsTheReplyThatComesTooLate() {
        prepare();
        servers.data("getData /master", "m1", servers.ours());
        Asked late = servers.zk().next("getData /master-epoch");
        changed(EventType.NodeDeleted);

        late.data("m1 other".getBytes(UTF_8), version(EPOCH));
        servers.run();

        assertThat(servers.zk().asked()).containsExactly("getData /master");
    }

    @Test
    void claimingCommittedReigns() {
        reign();

        assertThat(role.leadership()).isEqualTo(Leadership.reigning(EPOCH));
        assertThat(events).contains(new Event.Elected(new MasterId("m1"), EPOCH));
    }

    @Test
    void claimingSomebodyWasFirstLooks() {
        prepare();
        servers.answer("getData /master", Code.NONODE).answer(CLAIM, Code.NODEEXISTS);

        assertThat(servers.zk().asked()).containsExactly("getData /master");
    }

    @Test
    void standbyMasterChangedLooks() {
        standBy();
        changed(EventType.NodeDeleted);

        assertThat(servers.zk().asked()).containsExactly("getData /master");
    }

    @Test
    void reigningFenceInDoubtAdoptsANewerVersion() {
        reign();
        changed(EventType.NodeDataChanged);
        servers.zk().lose().stream()
                .filter(asked -> asked.what().equals("getData /master"))
                .forEach(asked -> asked.data("m1".getBytes(UTF_8), servers.ours()));
        servers.run().data("getData /master-epoch", "m1", version(EPOCH));

        assertThat(role.leadership()).isEqualTo(Leadership.reigning(EPOCH));
    }

    @Test
    void reigningAnothersEpochReleases() {
        reign();
        changed(EventType.NodeDataChanged);
        servers.zk().lose().stream()
                .filter(asked -> asked.what().equals("getData /master"))
                .forEach(asked -> asked.data("m1".getBytes(UTF_8), servers.ours()));
        servers.run().data("getData /master-epoch", "other", version(EPOCH + 1));

        assertThat(role.leadership()).isEqualTo(Leadership.UNKNOWN);
        assertThat(servers.zk().asked()).contains("getData /master");
    }

    @Test
    void reigningDeletedIsOverAndStandsAgain() {
        reign();
        servers.zk().lose();
        changed(EventType.NodeDeleted);

        assertThat(role.leadership()).isEqualTo(Leadership.UNKNOWN);
        assertThat(servers.zk().asked()).contains("check /");
    }

    @Test
    void releasingSomebodyElsesIsLeftAlone() {
        prepare();
        servers.data("getData /master", "m1", servers.ours()).data("getData /master-epoch", "m1 other", version(EPOCH));

        servers.data("getData /master", "m2", ScriptedServers.ephemeral(99));

        assertThat(servers.zk().asked()).as("stands again").containsExactly("check /");
    }

    @Test
    void anyPhaseConnectionLostPreparesAgainAndDropsWhatWasAsked() {
        List<Runnable> ways = List.of(
                this::start,
                this::prepare,
                () -> prepare().answer("getData /master", Code.NONODE),
                () -> prepare().data("getData /master", "m1", servers.ours()),
                this::standBy,
                this::reign);
        for (Runnable way : ways) {
            if (!servers.opened().isEmpty()) {
                servers.expire();
            }
            way.run();
            List<Asked> lost = servers.disconnect();
            lost.forEach(asked -> asked.answer(Code.CONNECTIONLOSS));
            assertThat(servers.run().zk().asked()).isEmpty();
            assertThat(role.leadership()).isEqualTo(Leadership.UNKNOWN);

            servers.connect();

            assertThat(servers.zk().asked()).containsExactly("exists /workers");
        }
    }

    private enum Way {
        SUSPENDED,
        PREPARING,
        LOOKING,
        CLAIMING,
        CONFIRMING,
        STANDBY,
        RELEASING
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void anyPhaseClosedYieldsNothingAndEnds(Way way) {
        switch (way) {
            case SUSPENDED -> role.start();
            case PREPARING -> start();
            case LOOKING -> prepare();
            case CLAIMING -> prepare().answer("getData /master", Code.NONODE);
            case CONFIRMING -> prepare().data("getData /master", "m1", servers.ours());
            case STANDBY -> standBy();
            case RELEASING ->
                prepare()
                        .data("getData /master", "m1", servers.ours())
                        .data("getData /master-epoch", "m1 other", version(EPOCH));
        }
        servers.run();

        servers.session().loop().post(role::close);
        servers.run();

        assertThat(servers.zk().isClosed()).isTrue();
        assertThat(role.leadership()).isEqualTo(Leadership.CLOSED);
    }

    @Test
    void reigningClosedYields() {
        reign();
        servers.zk().lose();
        servers.session().loop().post(role::close);
        servers.run();
        assertThat(servers.zk().asked()).contains("check /master-epoch, delete /master");
        assertThat(servers.zk().isClosed()).isFalse();

        servers.zk().lose().stream()
                .filter(asked -> asked.what().equals("check /master-epoch, delete /master"))
                .forEach(asked -> asked.answer(Code.CONNECTIONLOSS));
        servers.run();

        assertThat(servers.zk().isClosed()).isTrue();
    }

    private void start() {
        if (servers.opened().isEmpty()) {
            role.start();
            servers.run();
        }
        servers.connect();
    }

    private ScriptedServers prepare() {
        start();
        return prepared();
    }

    private ScriptedServers prepared() {
        for (String parent : List.of("/workers", "/assign", "/tasks", "/master-epoch")) {
            servers.answer("exists " + parent, Code.OK);
        }
        return servers.answer("addWatch /master", Code.OK);
    }

    private void standBy() {
        prepare().data("getData /master", "m2", ScriptedServers.ephemeral(99));
    }

    private void reign() {
        prepare().answer("getData /master", Code.NONODE);
        servers.zk()
                .next(CLAIM)
                .results(
                        new OpResult.CreateResult("/master"),
                        new OpResult.SetDataResult(servers.ours()),
                        new OpResult.SetDataResult(version(EPOCH)));
        servers.run();
    }

    /** @return what the claim wrote into the epoch */
    private String lostClaim() {
        List<Asked> lost = servers.disconnect();
        return new String(lost.get(0).written("/master-epoch"), UTF_8);
    }

    private void changed(EventType type) {
        role.masterWatcher.process(new WatchedEvent(type, KeeperState.SyncConnected, "/master"));
        servers.run();
    }

    private static Stat version(int version) {
        return ScriptedServers.version(version);
    }
}
