package dev.twinkeeper.layout;

import dev.twinkeeper.contract.TreeRole;

/**
 * The kinds of znodes, with what each role of a tree that is locked to several identities may do there: the least that
 * its steps of the protocol need, in ZooKeeper's five permissions. The operator may do everything.
 *
 * <p>READ is to read, to list, to look whether it exists, to check its version and to hear of it. To delete a znode takes
 * DELETE on its <em>parent</em>, as CREATE is the parent's. All roles read the parents, because all look whether they are
 * there. ADMIN, which changes an ACL, is the operator's alone.
 */
public enum ZnodeKind {
    /** A level above the chroot; read and made only where the chroot is missing. */
    ABOVE("above the chroot", "cr", "", ""),

    /** The master makes what is missing below it, claims {@code /master} and yields it. */
    CHROOT("the chroot", "crd", "", ""),

    /** A claim sets it once; the fence checks it. Nobody else needs to know who reigns. */
    MASTER("/master", "rw", "", ""),

    /** Raised by each claim, checked by the fence. */
    EPOCH("/master-epoch", "rw", "r", "r"),

    /** The queue of Curator's candidates. */
    CANDIDATES("/master-candidates", "crd", "", ""),

    /** A candidate watches the one before it. */
    CANDIDATE("/master-candidates/C", "r", "", ""),

    /** Workers register. Their ephemerals go with their sessions, which takes no permission. */
    WORKERS("/workers", "r", "cr", "r"),

    /** The master reads the slots; a worker looks whose a registration of its own name is. */
    WORKER("/workers/W", "r", "r", ""),

    /** A worker makes its own parent of assignments; the master makes it too, and removes it. */
    ASSIGN("/assign", "crd", "cr", "r"),

    /** The master assigns and moves; the worker's completion deletes the assignment. */
    WORKERS_ASSIGN("/assign/W", "crd", "rd", ""),

    /** The master counts lost workers there; the worker hears of it. */
    ASSIGNMENT("/assign/W/T", "rw", "r", ""),

    /** Clients submit and collect; the master removes what nobody collects. */
    TASKS("/tasks", "rd", "r", "crd"),

    /** The worker reads the command and makes the status; so does a master that gives up, or it removes both. */
    TASK("/tasks/T", "crd", "cr", "rd"),

    /** S3: written once, when it is made. */
    STATUS("/tasks/T/status", "r", "", "r"),

    /** No participant makes any. */
    OTHER("anything else", "", "", "");

    /** All five, as in {@code ZooDefs.Perms}. */
    public static final int ALL = 31;

    /** Each permission's letter at zkCli, in the order of its bit. */
    private static final String LETTERS = "rwcda";

    private final String path;
    private final int master;
    private final int worker;
    private final int client;

    ZnodeKind(String path, String master, String worker, String client) {
        this.path = path;
        this.master = permissions(master);
        this.worker = permissions(worker);
        this.client = permissions(client);
    }

    private static int permissions(String letters) {
        return letters.chars().map(letter -> 1 << LETTERS.indexOf(letter)).sum();
    }

    /** What that role may do, as in {@code ZooDefs.Perms}. */
    public int permissions(TreeRole role) {
        return switch (role) {
            case OPERATOR -> ALL;
            case MASTER -> master;
            case WORKER -> worker;
            case CLIENT -> client;
        };
    }

    /** The kind of what stands, or is to be made, at a path; sequential ones without their sequence too. Never throws. */
    public static ZnodeKind of(Layout layout, String path) {
        String root = layout.root();
        if (path.equals(root.isEmpty() ? "/" : root)) {
            return CHROOT;
        }
        if (root.startsWith(path.endsWith("/") ? path : path + "/")) {
            return ABOVE;
        }
        return path.startsWith(root + "/")
                ? below(path.substring(root.length() + 1).split("/", -1))
                : OTHER;
    }

    private static ZnodeKind below(String[] part) {
        return switch (part[0] + part.length) {
            case "master1" -> MASTER;
            case "master-epoch1" -> EPOCH;
            case "master-candidates1", "master-candidates-selector1" -> CANDIDATES;
            case "master-candidates2", "master-candidates-selector2" -> CANDIDATE;
            case "workers1" -> WORKERS;
            case "workers2" -> WORKER;
            case "assign1" -> ASSIGN;
            case "assign2" -> WORKERS_ASSIGN;
            case "assign3" -> ASSIGNMENT;
            case "tasks1" -> TASKS;
            case "tasks2" -> TASK;
            case "tasks3" -> part[2].equals(Layout.STATUS) ? STATUS : OTHER;
            default -> OTHER;
        };
    }

    /** Those permissions as zkCli writes them. */
    public static String letters(int permissions) {
        StringBuilder letters = new StringBuilder();
        for (char each : "cdrwa".toCharArray()) {
            if ((permissions & 1 << LETTERS.indexOf(each)) != 0) {
                letters.append(each);
            }
        }
        return letters.toString();
    }

    /** Its path below the chroot, as the documents write it. */
    @Override
    public String toString() {
        return path;
    }
}
