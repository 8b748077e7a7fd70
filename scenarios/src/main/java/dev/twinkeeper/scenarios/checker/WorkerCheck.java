package dev.twinkeeper.scenarios.checker;

import dev.twinkeeper.contract.Rule;
import dev.twinkeeper.layout.Layout;
import dev.twinkeeper.layout.Place;
import java.util.HashSet;
import java.util.Set;

/** R1: who says that it is registered, is. R3: nobody touches another's registration. */
final class WorkerCheck implements Check {
    private final Layout layout;
    private final Set<Observations.Registration> seen = new HashSet<>();

    WorkerCheck(Layout layout) {
        this.layout = layout;
    }

    @Override
    public void change(Moment moment, Change change, Place place) {
        if (!(place instanceof Place.WorkerNode worker)) {
            return;
        }
        if (change instanceof Change.Create create && create.ephemeral()) {
            seen.add(new Observations.Registration(
                    worker.worker(), moment.commit().session()));
        }
        boolean touches = change instanceof Change.Delete || change instanceof Change.SetData;
        if (touches && moment.by().isProgram()) {
            SessionOwner owner = moment.tree()
                    .node(layout.worker(worker.worker()))
                    .map(node -> moment.participant(node.owner()))
                    .orElse(moment.by());
            if (!owner.equals(moment.by())) {
                moment.violated(Rule.R3, "%s committed '%s', which is %s's".formatted(moment.by(), change, owner));
            }
        }
    }

    @Override
    public void end(Moment moment) {
        for (Observations.Registration said : moment.observations().registrations()) {
            if (!seen.contains(said)) {
                moment.violated(
                        Rule.R1,
                        "%s said that it is registered in session 0x%x, which never made %s"
                                .formatted(said.worker(), said.session(), layout.worker(said.worker())));
            }
        }
    }
}
