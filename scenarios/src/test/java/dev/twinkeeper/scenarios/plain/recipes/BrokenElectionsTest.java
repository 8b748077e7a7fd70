package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.retry.ExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** Mistakes in leader elections. */
class BrokenElectionsTest extends BrokenRecipes {
    private enum Mistake {
        /** Every candidate watches all the children: each hand-over wakes all of them. */
        WATCHES_ALL,
        /** A create whose answer was lost is sent again, without a look at what became of the first. */
        CREATES_AGAIN,
        /** The token is this process's own count of its terms. */
        COUNTS_ITS_TERMS,
        /** Leads until it hears that its session has expired, which it can't hear while it is cut off. */
        WAITS_FOR_EXPIRY,
        /** Watches the one before that it found on entering; when that goes, it looks where it is, and watches nobody. */
        WATCHES_ONCE,
        /** Waits for the one before also where that was gone before the watch was set. */
        WAITS_FOR_THE_GONE,
        /** Ends with its session. */
        ENDS_WITH_ITS_SESSION,
        /** A leader that was deposed by a lost connection leaves it at that. */
        LEADS_ONCE,
        /** Takes every name. */
        TAKES_EVERY_NAME
    }

    @Override
    List<Broken> broken() {
        return List.of(
                new Broken(
                        "every candidate watches all the children",
                        new Plain(Mistake.WATCHES_ALL),
                        Rule.E5,
                        "election.ofFiftyEachLeadsInItsTurnAtTheCostOfOneNotification",
                        "[E5] notifications of one hand-over"),
                new Broken(
                        "a create whose answer was lost is sent again",
                        new Plain(Mistake.CREATES_AGAIN),
                        Rule.E6,
                        "electionloss.theAnswerToACandidacyIsLost",
                        "[E6] the queue"),
                new Broken(
                        "the token is a count of its own terms",
                        new Plain(Mistake.COUNTS_ITS_TERMS),
                        Rule.E3,
                        "electionleader.aZombiesWriteWithItsOldTokenIsRefused",
                        "[E3] the zombie's write"),
                new Broken(
                        "a leader leads until it hears of its session's end",
                        new Plain(Mistake.WAITS_FOR_EXPIRY),
                        Rule.E2,
                        "electionleader.aLeaderThatIsCutOffHasStoppedWhenAnotherLeads",
                        "[E2] whom it believes"),
                new Broken(
                        "a candidate watches the one before only once",
                        new Plain(Mistake.WATCHES_ONCE),
                        Rule.E4,
                        "election.theOneBeforeDiesBeforeTheLeader",
                        "c tells Elected"),
                new Broken(
                        "a candidate waits for one that was gone before it was watched",
                        new Plain(Mistake.WAITS_FOR_THE_GONE),
                        Rule.E4,
                        "electionloss.theLeaderGoesWhileTheWatchOnItIsOnItsWay",
                        "b tells Elected"),
                new Broken(
                        "a candidate ends with its session",
                        new Plain(Mistake.ENDS_WITH_ITS_SESSION),
                        Rule.E7,
                        "electionloss.aWaitingCandidateWhoseSessionExpiresGoesToTheEnd",
                        "the queue is [a, c, b]"),
                new Broken(
                        "a leader that lost its connection never leads again",
                        new Plain(Mistake.LEADS_ONCE),
                        Rule.X5,
                        "electionleader.aLeaderCutOffForAMomentIsDeposedAndLeadsOn",
                        "ms: a tells Elected"),
                new Broken(
                        "a candidate may have any name",
                        new Plain(Mistake.TAKES_EVERY_NAME),
                        Rule.X1,
                        "electionrefusal.namesThatCanNotBeAreRefused",
                        "['']"),
                new Broken(
                        "Curator's LeaderLatch as it comes: it waits on by the znode of its last session",
                        new LatchAsItComes(),
                        Rule.E7,
                        "electionloss.aCandidateWhoseLastSessionTheServersKeepForAWhileQueuesAgain",
                        "the queue is [a, b]"),
                new Broken(
                        "Curator's LeaderLatch as it comes: its own znode is not watched",
                        new LatchAsItComes(),
                        Rule.E1,
                        "electionleader.aLeaderWhoseZnodeIsDeletedIsToldAndQueuesAgain",
                        "ms: a tells Deposed"));
    }

    private static final class Plain extends NoRecipes {
        private final Mistake mistake;

        Plain(Mistake mistake) {
            this.mistake = mistake;
        }

        @Override
        public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
            return new PlainElection(place, candidate, listener, mistake);
        }
    }

    /** A candidate as many a tutorial has it: one thread, synchronous calls, and all events in one queue. */
    private static final class PlainElection implements Election {
        private final LinkedBlockingQueue<WatchedEvent> events = new LinkedBlockingQueue<>();
        private final Recipe.Place place;
        private final String candidate;
        private final Listener listener;
        private final Mistake mistake;
        private final Thread thread = new Thread(this::run, "plain candidate");
        private volatile ZooKeeper zk;
        private boolean watched;
        private long terms;
        private volatile Term term;

        PlainElection(Recipe.Place place, String candidate, Listener listener, Mistake mistake) {
            this.place = place;
            this.candidate = mistake == Mistake.TAKES_EVERY_NAME ? candidate : Recipe.checkName("candidate", candidate);
            this.listener = listener;
            this.mistake = mistake;
            thread.setDaemon(true);
            this.zk = open();
        }

        private ZooKeeper open() {
            try {
                return new ZooKeeper(
                        place.servers(), (int) place.sessionTimeout().toMillis(), events::add);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void enter() {
            thread.start();
        }

        private void run() {
            try {
                while (true) {
                    try {
                        makePlace();
                        String own = join();
                        while (!lookOrWait(own)) {
                            // Somebody before it has gone.
                        }
                        lead(own);
                    } catch (KeeperException.SessionExpiredException e) {
                        depose();
                        if (mistake == Mistake.ENDS_WITH_ITS_SESSION) {
                            return;
                        }
                        zk = open();
                    }
                }
            } catch (KeeperException | InterruptedException e) {
                depose();
            }
        }

        private void makePlace() throws KeeperException, InterruptedException {
            for (int slash = place.path().indexOf('/', 1);
                    slash > 0;
                    slash = place.path().indexOf('/', slash + 1)) {
                make(place.path().substring(0, slash));
            }
            make(place.path());
        }

        private void make(String path) throws KeeperException, InterruptedException {
            try {
                zk.create(path, new byte[0], new ArrayList<>(Ids.OPEN_ACL_UNSAFE), CreateMode.PERSISTENT);
            } catch (KeeperException.NodeExistsException e) {
                // Somebody was first.
            }
        }

        private String join() throws KeeperException, InterruptedException {
            String prefix = "_c_" + UUID.randomUUID() + "-latch-";
            while (true) {
                try {
                    String path = zk.create(
                            place.path() + "/" + prefix,
                            candidate.getBytes(StandardCharsets.UTF_8),
                            new ArrayList<>(Ids.OPEN_ACL_UNSAFE),
                            CreateMode.EPHEMERAL_SEQUENTIAL);
                    return path.substring(place.path().length() + 1);
                } catch (KeeperException.ConnectionLossException e) {
                    if (mistake != Mistake.CREATES_AGAIN) {
                        throw e;
                    }
                }
            }
        }

        private List<String> queue(boolean watch) throws KeeperException, InterruptedException {
            List<String> queue = new ArrayList<>(zk.getChildren(place.path(), watch));
            queue.sort(Comparator.comparing(child -> child.substring(child.lastIndexOf("latch-"))));
            return queue;
        }

        /** Whether it is first; else it waits for a change. */
        private boolean lookOrWait(String own) throws KeeperException, InterruptedException {
            List<String> queue = queue(mistake == Mistake.WATCHES_ALL);
            int index = queue.indexOf(own);
            if (index == 0) {
                return true;
            }
            boolean wait = true;
            if (mistake != Mistake.WATCHES_ALL && !(mistake == Mistake.WATCHES_ONCE && watched)) {
                try {
                    watched = true;
                    zk.getData(place.path() + "/" + queue.get(index - 1), true, null);
                } catch (KeeperException.NoNodeException e) {
                    wait = mistake == Mistake.WAITS_FOR_THE_GONE;
                }
            }
            while (wait) {
                wait = next().getType() == EventType.None;
            }
            return false;
        }

        private WatchedEvent next() throws KeeperException, InterruptedException {
            WatchedEvent event = events.take();
            if (event.getState() == KeeperState.Expired) {
                throw new KeeperException.SessionExpiredException();
            }
            return event;
        }

        private void lead(String own) throws KeeperException, InterruptedException {
            Stat stat = zk.exists(place.path() + "/" + own, false);
            Term won = new Term(candidate, mistake == Mistake.COUNTS_ITS_TERMS ? ++terms : stat.getCzxid());
            elect(won);
            while (true) {
                KeeperState state = next().getState();
                if (state == KeeperState.Disconnected && mistake != Mistake.WAITS_FOR_EXPIRY) {
                    depose();
                } else if (state == KeeperState.SyncConnected && term == null && mistake != Mistake.LEADS_ONCE) {
                    elect(won);
                }
            }
        }

        private void elect(Term won) {
            term = won;
            listener.elected(won);
        }

        private void depose() {
            Term over = term;
            term = null;
            if (over != null) {
                listener.deposed(over);
            }
        }

        @Override
        public Optional<Term> term() {
            return Optional.ofNullable(term);
        }

        @Override
        public void resign() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> candidates(Duration patience) {
            try {
                zk.multi(List.of(Op.check("/", -1))); // a read barrier: the server may be behind
                List<String> names = new ArrayList<>();
                for (String child : queue(false)) {
                    names.add(new String(zk.getData(place.path() + "/" + child, false, null), StandardCharsets.UTF_8));
                }
                return names;
            } catch (KeeperException | InterruptedException e) {
                throw new Failure(Problem.CANNOT_CONNECT, e.toString());
            }
        }

        @Override
        public void close() {
            try {
                thread.interrupt();
                thread.join(TimeUnit.SECONDS.toMillis(1));
                zk.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What the documentation of LeaderLatch shows; without a token. */
    private static final class LatchAsItComes extends NoRecipes {
        @Override
        public Election election(Recipe.Place place, String candidate, Election.Listener listener) {
            CuratorFramework client = CuratorFrameworkFactory.newClient(
                    place.servers(),
                    (int) place.sessionTimeout().toMillis(),
                    (int) place.sessionTimeout().toMillis(),
                    new ExponentialBackoffRetry(100, 3));
            client.start();
            return new LatchElection(client, new LeaderLatch(client, place.path(), candidate), listener);
        }
    }

    private record LatchElection(CuratorFramework client, LeaderLatch latch, Election.Listener listener)
            implements Election, LeaderLatchListener {
        @Override
        public void enter() {
            try {
                latch.addListener(this);
                latch.start();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void isLeader() {
            listener.elected(new Term(latch.getId(), 0));
        }

        @Override
        public void notLeader() {
            listener.deposed(new Term(latch.getId(), 0));
        }

        @Override
        public Optional<Term> term() {
            return latch.hasLeadership() ? Optional.of(new Term(latch.getId(), 0)) : Optional.empty();
        }

        @Override
        public void resign() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<String> candidates(Duration patience) {
            try {
                return latch.getParticipants().stream().map(Participant::getId).toList();
            } catch (Exception e) {
                throw new Failure(Problem.CANNOT_CONNECT, e.toString());
            }
        }

        @Override
        public void close() {
            try {
                latch.close();
            } catch (Exception e) {
                // It was never started, or it is closed.
            }
            client.close();
        }
    }
}
