package dev.twinkeeper.scenarios.flawed.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Membership;
import dev.twinkeeper.recipes.Recipe;
import dev.twinkeeper.scenarios.lab.Patience;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.framework.recipes.nodes.GroupMember;
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
                        new GroupMembers(),
                        Rule.M4,
                        "membership.aSecondMemberOfANameIsRefusedAndTheFirstUntouched",
                        "a refusal"),
                new Broken(
                        "Curator's GroupMember as it comes takes a foreign znode for its own",
                        new GroupMembers(),
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
                        "c sees [a]"));
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
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        void create(String path, byte[] data) throws Exception {
            client.create().withMode(CreateMode.EPHEMERAL).forPath(path, data);
        }

        @Override
        public final void join(String as, byte[] data, Duration patience) {
            doing(() -> create(place.path() + "/" + as, data));
            name = as;
        }

        @Override
        public void update(byte[] data, Duration patience) {
            doing(() -> client.setData().forPath(place.path() + "/" + name, data));
        }

        @Override
        public void leave(Duration patience) {
            try {
                client.delete().forPath(place.path() + "/" + name);
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
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                private GroupMember group;

                @Override
                void create(String path, byte[] data) throws Exception {
                    String id = path.substring(place.path().length() + 1);
                    group = new GroupMember(client, place.path(), id, data);
                    group.start();
                    // It has no way to wait until it is a member (CURATOR-485).
                    Patience.until(
                            path + " is there",
                            STARTED,
                            () -> client.checkExists().forPath(path) != null);
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

    /** An onlooker that believes what the cache tells. */
    private static final class PlainCache extends NoRecipes {
        @Override
        public Membership membership(Recipe.Place place, Membership.Listener listener) {
            return new ByName(place) {
                private final CuratorCache cache = CuratorCache.build(client, place.path());

                {
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
            };
        }
    }
}
