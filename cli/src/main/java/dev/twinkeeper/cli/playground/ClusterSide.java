package dev.twinkeeper.cli.playground;

import dev.twinkeeper.scenarios.lab.Traffic;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** One of the two clusters: the roles of one implementation, below a chroot of its name. */
final class ClusterSide {
    /** More processes than these a small machine does not bear. */
    static final int MOST_WORKERS = 8;

    private final String name;
    private final List<RoleHandle> roles = new CopyOnWriteArrayList<>();

    ClusterSide(String name) {
        this.name = name;
    }

    /** Of the implementation. */
    String name() {
        return name;
    }

    String root() {
        return "/" + name;
    }

    List<RoleHandle> roles() {
        return roles;
    }

    List<RoleHandle> ofKind(String kind) {
        return roles.stream().filter(role -> role.kind.equals(kind)).toList();
    }

    RoleHandle client() {
        return ofKind("client").get(0);
    }

    Optional<RoleHandle> reigning() {
        return ofKind("master").stream().filter(RoleHandle::reigns).findFirst();
    }

    /** A role by its name, or by what it is at this moment: {@code reigning}, {@code standby}. */
    RoleHandle find(String target) {
        Optional<RoleHandle> found =
                switch (target) {
                    case "reigning" -> reigning();
                    case "standby" ->
                        ofKind("master").stream()
                                .filter(role -> role.isAlive() && !role.reigns())
                                .findFirst();
                    default ->
                        roles.stream().filter(role -> role.name.equals(target)).findFirst();
                };
        return found.orElseThrow(() -> new Refusal(
                target.equals("reigning")
                        ? name + ": nobody reigns at this moment"
                        : name + ": there is no '" + target + "' at this moment"));
    }

    /** What went over all its wires so far. */
    Traffic traffic() {
        return roles.stream().map(role -> role.wire().traffic()).reduce(Traffic.NONE, Traffic::plus);
    }
}
