package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.layout.AssignmentLine;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;

/**
 * S1: who assigns, reigns.
 *
 * <p>A program reigns while {@code /master} is owned by a session of its own, and the last claim of
 * {@code /master-epoch} came from it while <em>this</em> {@code /master} stood, told by its creation zxid. A
 * {@code /master} that was deleted and made again since is another one, whoever made it.
 */
final class ReignCheck implements Check {
    private final Layout layout;

    /** The last write of /master-epoch: by whom, and with which /master. */
    private SessionOwner claimant;

    private long claimed;
    private boolean epochLost;

    ReignCheck(Layout layout) {
        this.layout = layout;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (change instanceof Change.Check) {
            return;
        }
        if (place instanceof Place.EpochNode) {
            epoch(moment, change);
        } else if (moment.by().isProgram() && needsReign(moment, change, place)) {
            String why = whyNotReigning(moment);
            why = why == null ? whyNotOfThisReign(moment, change, place) : why;
            if (why != null) {
                moment.violated(Rule.S1, moment.by() + " committed '" + change + "' but " + why);
            }
        }
    }

    /** An assignment says in which epoch it was decided: it may be the same master's, and an earlier reign's. */
    private String whyNotOfThisReign(Moment moment, Change change, Place place) {
        if (!(place instanceof Place.AssignmentNode)) {
            return null;
        }
        Data data = change instanceof Change.Create create
                ? create.data()
                : change instanceof Change.SetData set ? set.data() : Data.NONE;
        String said = AssignmentLine.decode(data.bytes()).epoch();
        String epoch = moment.tree()
                .node(layout.epoch())
                .map(node -> String.valueOf(node.version()))
                .orElse(said);
        return said.isEmpty() || said.equals(epoch) ? null : "it says epoch " + said + ", and the epoch was " + epoch;
    }

    private void epoch(Moment moment, Change change) {
        if (change instanceof Change.SetData set) {
            int before =
                    moment.tree().node(layout.epoch()).map(Tree.Node::version).orElse(0);
            if (set.version() <= before) {
                moment.violated(Rule.S1, "the epoch fell from " + before + " to " + set.version());
            }
            claimant = moment.by();
            claimed =
                    moment.tree().node(layout.master()).map(Tree.Node::created).orElse(-1L);
        } else if (change instanceof Change.Delete) {
            epochLost = true;
            if (moment.by().isProgram()) {
                moment.violated(Rule.S1, moment.by() + " deleted /master-epoch, so that epochs begin again at 0");
            }
        } else if (change instanceof Change.Create && epochLost) {
            claimant = null;
        }
    }

    /** A claim may write its /master after the epoch, in the same multi. */
    @Override
    public void committed(Moment moment) {
        boolean claim = moment.commit().changes(Change.SetData.class).stream()
                .anyMatch(set -> set.path().equals(layout.epoch()));
        if (claim) {
            claimed = master(moment);
        }
    }

    private long master(Moment moment) {
        return moment.tree().node(layout.master()).map(Tree.Node::created).orElse(-1L);
    }

    /** Any write of a master's, and any program's assignment. A claim and the shared parents need no reign. */
    private static boolean needsReign(Moment moment, Change change, Place place) {
        boolean master = moment.by().is(SessionOwner.Kind.MASTER);
        if (place instanceof Place.AssignmentNode) {
            return master || !(change instanceof Change.Delete);
        }
        if (place instanceof Place.MasterNode) {
            return change instanceof Change.Delete && !ownMaster(moment, change);
        }
        return master
                && (place instanceof Place.AssignNode
                        || place instanceof Place.TaskNode
                        || place instanceof Place.StatusNode);
    }

    /** Giving up one's own /master is always allowed, after a claim that failed half-way for instance. */
    private static boolean ownMaster(Moment moment, Change change) {
        return moment.tree()
                .node(((Change.Delete) change).path())
                .map(node -> moment.participant(node.owner()).equals(moment.by()))
                .orElse(false);
    }

    private String whyNotReigning(Moment moment) {
        Tree.Node master = moment.tree().node(layout.master()).orElse(null);
        if (master == null) {
            return "there was no /master";
        }
        SessionOwner owner = moment.participant(master.owner());
        if (!owner.equals(moment.by())) {
            return "/master was " + owner + "'s";
        }
        if (!moment.by().equals(claimant)) {
            return "the last claim of /master-epoch was " + (claimant == null ? "nobody's" : claimant + "'s");
        }
        if (claimed != master.created()) {
            return "it claimed /master-epoch with another /master than the one that stood (created 0x%x)"
                    .formatted(master.created());
        }
        return null;
    }
}
