package dev.twinkeeper.scenarios.plain.recipes;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.recipes.Barrier;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.retry.RetryOneTime;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;

class BrokenBarriersTest extends BrokenRecipes {
    @Override
    List<Broken> broken() {
        return List.of(
                new Broken(
                        "DistributedDoubleBarrier takes any wake-up for the start",
                        new OfCurator(),
                        Rule.B1,
                        "barrierloss.whoWaitsAloneWaitsOnWhenItsConnectionComesAndGoes",
                        "nobody passes alone"),
                new Broken(
                        "it does not wait for the others to leave",
                        new ImpatientToLeave(),
                        Rule.B2,
                        "barrier.nobodyPassesBeforeTheLastHasComeNorGoesBeforeTheLastIsDone",
                        "two of three are done"),
                new Broken(
                        "DistributedDoubleBarrier counts who died since it counted",
                        new OfCurator(),
                        Rule.B3,
                        "barrierloss.whoDiesAsTheLastOneCountsIsNotCounted",
                        "two of three wait"),
                new Broken(
                        "its znodes outlive the members",
                        new Persistent(),
                        Rule.B3,
                        "barrierloss.whoDiedWhileItWaitedIsNotCounted",
                        "two of three wait"),
                new Broken(
                        "it opens once, and stays open",
                        new Once(),
                        Rule.B4,
                        "barrier.roundAfterRoundNobodyOvertakesAnother",
                        "all rounds"),
                new Broken(
                        "it gives up, and does not ask whether it is in",
                        new WatchingAll(),
                        Rule.B5,
                        "barriertime.whoseTimeIsUpJustAfterAllWereThereIsIn",
                        "whether it is in"),
                new Broken(
                        "it trusts a persistent watch over a gap",
                        new Deaf(),
                        Rule.B5,
                        "barrierloss.whatHappensInAWatchsGapIsHeard",
                        "whether it is in"),
                new Broken(
                        "it repeats a create with a number whose answer was lost",
                        new Repeating(),
                        Rule.B5,
                        "barrierloss.everyAnswerMayBeLost",
                        "all leave"),
                new Broken(
                        "it takes a lost request for done",
                        new Trusting(),
                        Rule.B5,
                        "barrierloss.everyRequestMayBeLost",
                        "all enter"),
                new Broken(
                        "everybody watches the list",
                        new WatchingAll(),
                        Rule.B6,
                        "barrier.aRoundOfTenCostsAFewRequestsEach",
                        "notifications of entering"),
                new Broken(
                        "what it may not delete, it leaves",
                        new WatchingAll(),
                        Rule.X4,
                        "barriertime.whoMayNotTakeItBackIsNotCountedAllTheSame",
                        "who is counted"),
                new Broken(
                        "a refusal ends it",
                        new Final(),
                        Rule.X5,
                        "barrier.whoWasRefusedEntersWhenItIsAllowed",
                        "failed: enter"),
                new Broken(
                        "a lost connection ends it",
                        new Fragile(),
                        Rule.X5,
                        "barrierloss.whoWaitsAloneWaitsOnWhenItsConnectionComesAndGoes",
                        "who waits"),
                new Broken(
                        "it makes its znode once",
                        new WatchingAll(),
                        Rule.X5,
                        "barrierloss.whatAnOperatorDeletesComesAgain",
                        "there are [1]"),
                new Broken(
                        "a lost answer hangs it, entering",
                        new Hanging(),
                        Rule.X5,
                        "barriertime.whoIsCutOffWhenItsTimeIsUpIsToldSoAndTakenBack",
                        "to be completed within"),
                new Broken(
                        "a lost answer hangs it, leaving",
                        new Hanging(),
                        Rule.X5,
                        "barriertime.whoIsCutOffWhenItsTimeToLeaveIsUpIsToldSoAndHasLeft",
                        "to be completed within"));
    }

    private static final class WatchingAll extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL);
        }
    }

    private static final class ImpatientToLeave extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                @Override
                public boolean leave(Duration patience) {
                    delete();
                    return true;
                }
            };
        }
    }

    private static final class Persistent extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.PERSISTENT) {
                /** The connection goes first where the servers end a session. */
                @Override
                <T> T onLost(Call<T> call, T wanted) {
                    return ask(call, wanted);
                }
            };
        }
    }

    private static final class Once extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                private boolean open;

                @Override
                public boolean enter(Duration patience) {
                    open = open || super.enter(patience);
                    return open;
                }
            };
        }
    }

    private static final class Final extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                private Failure refused;

                @Override
                public boolean enter(Duration patience) {
                    if (refused != null) {
                        throw refused;
                    }
                    try {
                        return super.enter(patience);
                    } catch (Failure why) {
                        refused = why;
                        throw why;
                    }
                }
            };
        }
    }

    private static final class Deaf extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                @Override
                boolean isNews(WatchedEvent event) {
                    return event.getType() != EventType.None;
                }

                @Override
                List<String> list(ZooKeeper keeper, String path, Watcher watcher)
                        throws KeeperException, InterruptedException {
                    keeper.addWatch(path, watcher, AddWatchMode.PERSISTENT);
                    return keeper.getChildren(path, false);
                }

                @Override
                <T> T onLost(Call<T> call, T wanted) {
                    return wanted;
                }
            };
        }
    }

    private static final class Repeating extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL_SEQUENTIAL) {
                @Override
                <T> T onLost(Call<T> call, T wanted) {
                    return ask(call, wanted);
                }
            };
        }
    }

    private static final class Hanging extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                @Override
                <T> T onLost(Call<T> call, T wanted) {
                    return new CompletableFuture<T>().join();
                }
            };
        }
    }

    private static final class Trusting extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                @Override
                <T> T onLost(Call<T> call, T wanted) {
                    return wanted;
                }
            };
        }
    }

    private static final class Fragile extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new PlainBarrier(place, member, members, CreateMode.EPHEMERAL) {
                private volatile boolean lost;

                @Override
                boolean isNews(WatchedEvent event) {
                    lost |= event.getState() == KeeperState.Disconnected;
                    return true;
                }

                @Override
                List<String> list(ZooKeeper keeper, String path, Watcher watcher)
                        throws KeeperException, InterruptedException {
                    return lost ? onLost(null, List.of()) : super.list(keeper, path, watcher);
                }
            };
        }
    }

    private static final class OfCurator extends NoRecipes {
        @Override
        public Barrier barrier(Recipe.Place place, String member, int members) {
            return new CuratorsOwn(place, members);
        }
    }

    /** As it comes, on a machine where a woken thread comes to run a moment later than the client has reconnected. */
    private static final class CuratorsOwn implements Barrier {
        private static final Duration MOMENT = Duration.ofMillis(500);

        private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        private final CuratorFramework client;
        private final DistributedDoubleBarrier barrier;

        private volatile boolean connected;

        CuratorsOwn(Recipe.Place place, int members) {
            client = CuratorFrameworkFactory.builder()
                    .connectString(place.servers())
                    .sessionTimeoutMs((int) place.sessionTimeout().toMillis())
                    .retryPolicy(new RetryOneTime(100))
                    .ensembleTracker(false)
                    .runSafeService(this::later)
                    .build();
            client.getConnectionStateListenable().addListener((unused, state) -> connected = state.isConnected());
            client.start();
            barrier = new DistributedDoubleBarrier(client, place.path(), members);
        }

        private void later(Runnable work) {
            timer.schedule(() -> runConnected(work), MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void runConnected(Runnable work) {
            if (connected) {
                work.run();
            } else {
                later(work);
            }
        }

        @Override
        public boolean enter(Duration patience) {
            try {
                return barrier.enter(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (Exception e) {
                throw new Failure(Problem.SESSION_LOST, e.toString());
            }
        }

        @Override
        public boolean leave(Duration patience) {
            try {
                return barrier.leave(patience.toMillis(), TimeUnit.MILLISECONDS);
            } catch (Exception e) {
                throw new Failure(Problem.SESSION_LOST, e.toString());
            }
        }

        @Override
        public void close() {
            client.close();
            timer.shutdown();
        }
    }
}
