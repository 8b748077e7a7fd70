package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.lab.BoundedWait;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.nodes.GroupMember;
import org.apache.curator.framework.recipes.watch.PersistentWatcher;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.NoNodeException;

/** Groups that are told wrong. */
final class BrokenMembershipsTest extends BrokenRecipes {
    private static final Duration STARTED = Duration.ofSeconds(10);

    @Override
    List<Broken> broken() {
        return List.of(
                new Broken(
                        "Curator's GroupMember as it comes: started is not joined (CURATOR-485)",
                        new GroupMembers(false),
                        Rule.M1,
                        "membership.joinReturnsWhenTheOwnEphemeralExists",
                        "the joining waits"),
                new Broken(
                        "sends the deletion of its ephemeral, and calls that having left",
                        new LeavesUnseen(),
                        Rule.M1,
                        "membership.leaveReturnsWhenTheEphemeralIsGoneAndItGoesOnLooking",
                        "the leaving waits"),
                new Broken(
                        "creates again when the answer was lost, and takes its own ephemeral for somebody else's",
                        new JoinsOnce(),
                        Rule.M1,
                        "membershiploss.theAnswerToAJoiningIsLost",
                        "NodeExists"),
                new Broken(
                        "lets in whoever comes, until nobody can list them any more",
                        new JoinsOnce(),
                        Rule.M1,
                        "membershiprefusal.whoFindsNoRoomIsRefusedAndWhoIsInStaysIn",
                        "a refusal"),
                new Broken(
                        "joins once, and is gone for good when its session has ended",
                        new JoinsOnce(),
                        Rule.M3,
                        "membershiploss.aMemberCutOffUntilItsSessionEndedJoinsAgain",
                        "/recipe/a exists"),
                new Broken(
                        "takes NODEEXISTS for 'that must be me'",
                        new NodeExistsIsMe(),
                        Rule.M4,
                        "membership.aSecondMemberOfANameIsRefusedAndTheFirstUntouched",
                        "a refusal"),
                new Broken(
                        "Curator's create().idempotent(), for which a namesake with the same data is as good as its own",
                        new Idempotent(),
                        Rule.M4,
                        "membership.aSecondMemberWithTheSameDataIsRefusedToo",
                        "a refusal"),
                new Broken(
                        "Curator's GroupMember as it comes lets a namesake in",
                        new GroupMembers(true),
                        Rule.M4,
                        "membership.aSecondMemberOfANameIsRefusedAndTheFirstUntouched",
                        "a refusal"),
                new Broken(
                        "Curator's GroupMember as it comes takes a foreign znode for its own",
                        new GroupMembers(true),
                        Rule.X2,
                        "membershiprefusal.aPersistentZnodeOfTheNameIsRefusedAtOnceAndUntouched",
                        "a refusal"),
                new Broken(
                        "Curator's CuratorCache as it comes does not see that a member is another one",
                        new PlainCache(),
                        Rule.M2,
                        "membershiploss.aNamesakeThatCameInAGapIsAnotherMember",
                        "c tells: left b"),
                new Broken(
                        "Curator's CuratorCache as it comes does not list a group that was made anew",
                        new PlainCache(),
                        Rule.M2,
                        "membershiploss.aGroupThatWasMadeAnewInAGapIsListedAgain",
                        "c sees [a]"),
                new Broken(
                        "Curator's CuratorCache as it comes does not list again what was lost with the connection",
                        new PlainCache(),
                        Rule.M2,
                        "membershiploss.theListIsLostWithTheConnection",
                        "c sees [a]"),
                new Broken(
                        "gives up waiting, and not what it waits for",
                        new GivesUpTheWaitOnly(),
                        Rule.X4,
                        "membershiprefusal.aJoiningThatWasGivenUpLeavesNothing",
                        "/recipe/a is gone"),
                new Broken(
                        "Curator's PersistentWatcher on the own znode leaves its watch when it is closed",
                        new WatchesItsOwn(),
                        Rule.X4,
                        "membership.watchesDoNotPileUp",
                        "one watch is left"));
    }

    /** With Curator, in the foreground; its znode is whatever has its name. */
    private static class ByName implements Membership {
        final Recipe.Place place;
        final CuratorFramework client;
        private String name;

        ByName(Recipe.Place place) {
            this.place = place;
            this.client = CuratorFrameworkFactory.builder()
                    .connectString(place.servers())
                    .sessionTimeoutMs((int) place.sessionTimeout().toMillis())
                    .connectionTimeoutMs((int) place.sessionTimeout().toMillis())
                    .retryPolicy(new BoundedExponentialBackoffRetry(50, 500, 3))
                    .ensembleTracker(false)
                    .build();
            client.start();
            doing(() -> client.checkExists().creatingParentsIfNeeded().forPath(place.path() + "/any"));
        }

        interface Work {
            void run() throws Exception;
        }

        static void doing(Work work) {
            try {
                work.run();
            } catch (Failure e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        void create(String path, byte[] data) throws Exception {
            client.create().withMode(CreateMode.EPHEMERAL).forPath(path, data);
        }

        final String own() {
            return place.path() + "/" + name;
        }

        @Override
        public final void join(String as, byte[] data, Duration patience) {
            name = as;
            doing(() -> create(own(), data));
        }

        @Override
        public void update(byte[] data, Duration patience) {
            doing(() -> client.setData().forPath(own(), data));
        }

        @Override
        public void leave(Duration patience) {
            try {
                client.delete().forPath(own());
            } catch (NoNodeException e) {
                // It is gone, which was wanted.
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Map<String, Member> members() {
            return Map.of();
        }

        @Override
        public void close() {
            client.close();
        }
    }

    /** The mistake: nothing begins again in the next session. */
    private static final class JoinsOnce extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place);
        }
    }

    private static final class LeavesUnseen extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                @Override
                public void leave(Duration patience) {
                    // The mistake: sent is not done.
                    doing(() -> client.delete().inBackground().forPath(own()));
                }
            };
        }
    }

    private static final class GivesUpTheWaitOnly extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                @Override
                void create(String path, byte[] data) throws Exception {
                    CompletableFuture<Integer> made = new CompletableFuture<>();
                    client.create()
                            .withMode(CreateMode.EPHEMERAL)
                            .inBackground((unused, event) -> made.complete(event.getResultCode()))
                            .forPath(path, data);
                    try {
                        made.get(1, TimeUnit.SECONDS);
                    } catch (TimeoutException e) {
                        // The mistake: what was sent may be done, and nobody undoes it.
                        throw new Failure(Problem.CANNOT_CONNECT, "given up");
                    }
                }
            };
        }
    }

    private static final class NodeExistsIsMe extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                @Override
                void create(String path, byte[] data) throws Exception {
                    try {
                        super.create(path, data);
                    } catch (KeeperException.NodeExistsException e) {
                        // The mistake: so our answer was lost.
                    }
                }
            };
        }
    }

    private static final class Idempotent extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                @Override
                void create(String path, byte[] data) throws Exception {
                    // The mistake: it compares data and version, not the owner.
                    client.create().idempotent().withMode(CreateMode.EPHEMERAL).forPath(path, data);
                }
            };
        }
    }

    /** Curator's own recipe. The mistake is in PersistentNode, which never asks whose the znode is that it finds. */
    private static final class GroupMembers extends NoRecipes {
        private final boolean patiently;

        /** @param patiently whether somebody waits for it: it has no way to itself */
        GroupMembers(boolean patiently) {
            this.patiently = patiently;
        }

        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                private GroupMember group;

                @Override
                void create(String path, byte[] data) throws Exception {
                    String id = path.substring(place.path().length() + 1);
                    group = new GroupMember(client, place.path(), id, data);
                    group.start();
                    if (patiently) {
                        BoundedWait.until(
                                path + " is there",
                                STARTED,
                                () -> client.checkExists().forPath(path) != null);
                    }
                }

                @Override
                public void close() {
                    if (group != null) {
                        group.close();
                    }
                    super.close();
                }
            };
        }
    }

    private static final class PlainCache extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new Cached(place, listener);
        }
    }

    private static final class WatchesItsOwn extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new Cached(place, listener) {
                private PersistentWatcher watcher;

                @Override
                void create(String path, byte[] data) throws Exception {
                    // The mistake is in ZooKeeper: the client forgets this watcher, and tells the server nothing.
                    watcher = new PersistentWatcher(client, path, false);
                    watcher.start();
                    super.create(path, data);
                }

                @Override
                public void leave(Duration patience) {
                    super.leave(patience);
                    watcher.close();
                }
            };
        }
    }

    /** An onlooker that believes what the cache tells. */
    private static class Cached extends ByName {
        private final CuratorCache cache = CuratorCache.build(client, place.path());

        Cached(Recipe.Place place, Listener listener) {
            super(place);
            cache.listenable()
                    .addListener(CuratorCacheListener.builder()
                            .forCreates(node -> onNode(node, listener::joined))
                            .forChanges((before, node) -> onNode(node, listener::changed))
                            .forDeletes(node -> onNode(node, listener::left))
                            .build());
            cache.start();
        }

        private void onNode(ChildData node, Consumer<Member> news) {
            if (node.getStat().getEphemeralOwner() != 0) {
                news.accept(member(node));
            }
        }

        private Member member(ChildData node) {
            String name = node.getPath().substring(place.path().length() + 1);
            return new Member(
                    name,
                    node.getData(),
                    node.getStat().getCzxid(),
                    node.getStat().getVersion());
        }

        @Override
        public Map<String, Member> members() {
            Map<String, Member> members = new TreeMap<>();
            cache.stream()
                    .filter(node -> node.getStat().getEphemeralOwner() != 0)
                    .map(this::member)
                    .forEach(each -> members.put(each.name(), each));
            return members;
        }

        @Override
        public void close() {
            cache.close();
            super.close();
        }
    }
}
