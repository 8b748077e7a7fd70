package dev.twinkeeper.curator.recipes;

import dev.twinkeeper.recipes.Election;
import dev.twinkeeper.recipes.Recipe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.leader.Participant;

/**
 * A leader election: Curator's {@link LeaderLatch}.
 *
 * <p><b>Not kept: E8, E9; take the raw one where that matters.</b> All children of the path are the latch's queue: it
 * waits for ever behind a child that sorts before the numbers. When somebody sets the data of its predecessor, its
 * watch is used up and it does not look again (E8). A create that the servers refuse is only logged (E9).
 *
 * <p><b>Use it</b> where one of several equal processes does something for as long as it can. Where leading is one
 * piece of work that ends, see {@link SelectorElection}. <b>Do not use it</b> where two must never do it at the same
 * moment and the resource can't refuse a token: no election can ensure that.
 *
 * <p><b>Znodes.</b> {@code PATH/_c_UUID-latch-NNNNNNNNNN}, ephemeral sequential, with the candidate's name in UTF-8 as
 * its data: which LeaderLatch and the raw recipe both make. The token is the znode's czxid.
 *
 * <p><b>What LeaderLatch does for you.</b> The queue, the watch on the one before, the protected create, a new znode
 * where its own is gone, and the end of leadership when the connection is suspended.
 *
 * <p><b>What is added,</b> marked below: a token; a watch on its own znode, since without it two lead when somebody
 * deletes that (CURATOR-171); a new candidacy where the session was lost, since the latch takes a znode of the last
 * session for its own as long as the servers keep it; a thread, since listeners are called within its monitor;
 * resigning, which is closing it and making another one; and a look at the place.
 */
public final class ElectionRecipe implements Election {
    private final Keeper keeper;
    private final String candidate;
    private final Listener listener;
    private boolean entered;
    private volatile LeaderLatch latch;
    private volatile Keeper.Own own;
    private volatile Term term;

    /** A znode of the last session, which the servers may keep still. */
    private volatile String left;

    /** With a session of its own. */
    public ElectionRecipe(Recipe.Place place, String candidate, Listener listener) {
        this(Recipe.checkName("candidate", candidate), listener, new Keeper(place));
    }

    /**
     * With the caller's client, which is started, and which the caller closes after this. Its authorization and its ACL
     * provider count.
     */
    public ElectionRecipe(CuratorFramework client, String path, String candidate, Listener listener) {
        this(Recipe.checkName("candidate", candidate), listener, new Keeper(client, path));
    }

    private ElectionRecipe(String candidate, Listener listener, Keeper keeper) {
        this.keeper = keeper;
        this.candidate = candidate;
        this.listener = listener;
        keeper.onLost(() -> keeper.post(this::onLost));
    }

    @Override
    public void enter() {
        keeper.checkOpen();
        keeper.post(() -> {
            if (!entered) {
                entered = true;
                // X2: the latch tells nobody where the place can't be one for candidates.
                keeper.begin(
                        () -> {
                            keeper.makePlace();
                            keeper.post(this::join);
                        },
                        why -> keeper.fail(why, () -> listener.failed(why)));
            }
        });
    }

    @Override
    public Optional<Term> term() {
        // E2: the latch hears of a lost connection on a thread of its own, and may hear late that it leads.
        Keeper.Own leaders = own;
        LeaderLatch now = latch;
        boolean certain = now != null && now.hasLeadership() && leaders != null && leaders.isOurs();
        return Optional.ofNullable(certain ? term : null);
    }

    @Override
    public void resign() {
        keeper.checkOpen();
        keeper.post(this::again);
    }

    @Override
    public List<String> candidates(Duration patience) {
        return keeper.call(patience, () -> {
            keeper.readBarrier(); // which the latch does not do: our server may be behind
            return new LeaderLatch(keeper.client, keeper.path, candidate)
                    .getParticipants().stream().map(Participant::getId).toList();
        });
    }

    @Override
    public void close() {
        keeper.close(this::depose, this::leave); // before the znode goes, and with it the next one comes
    }

    // On the thread of the recipe.

    private void join() {
        LeaderLatch next = new LeaderLatch(keeper.client, keeper.path, candidate);
        next.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        onLeader(next);
                    }

                    @Override
                    public void notLeader() {
                        if (latch == next) {
                            depose();
                        }
                    }
                },
                keeper::post);
        latch = next;
        ask(next::start);
    }

    /** E2, E3: what the latch does not do: the token, and the watch that tells when somebody deletes its znode. */
    private void onLeader(LeaderLatch from) {
        String path = from.getOurPath();
        if (latch != from || !from.hasLeadership() || path == null) {
            return;
        }
        if (own == null || !own.znode.equals(path)) {
            ask(() -> own = keeper.own(path, () -> keeper.post(() -> onGone(from, path))));
        }
        Keeper.Own leaders = own;
        leaders.token.whenComplete((token, why) -> keeper.post(() -> {
            if (own == leaders && token == null) {
                own = null; // the connection was lost: the latch tells anew that it leads
            } else if (own == leaders && term == null && from.hasLeadership()) {
                term = new Term(candidate, token);
                Keeper.tell(() -> listener.elected(term));
            }
        }));
    }

    private void onGone(LeaderLatch from, String path) {
        if (latch != from) {
            return;
        }
        if (path.equals(from.getOurPath())) {
            again();
        } else {
            // E6: after a lost create the latch may have two, and gives one up: it may lead on without a word.
            depose();
            onLeader(from);
        }
    }

    /** E7. */
    private void onLost() {
        left = latch == null ? null : latch.getOurPath();
        again();
    }

    /** E2, E4: a latch that was closed can't start again. */
    private void again() {
        if (latch != null) {
            depose();
            ask(this::closeLatch);
            join();
        }
    }

    private void depose() {
        Term over = term;
        term = null;
        if (over != null) {
            Keeper.tell(() -> listener.deposed(over));
        }
    }

    /** X4: the latch deletes its znode in the background, and closing the client may come before that. */
    private void leave() throws Exception {
        closeLatch();
        if (left != null) {
            keeper.client.delete().guaranteed().forPath(left);
        }
    }

    private void closeLatch() throws Exception {
        LeaderLatch old = latch;
        latch = null;
        if (own != null) {
            own.giveUp();
        }
        own = null;
        if (old != null) {
            old.close();
        }
    }

    /** What is asked in the background answers in the background; it throws where the client has been closed. */
    private void ask(Keeper.Work work) {
        try {
            work.run();
        } catch (Exception e) {
            Recipe.Failure why = keeper.failure(e);
            keeper.fail(why, () -> listener.failed(why));
        }
    }
}
