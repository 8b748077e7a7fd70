package dev.twinkeeper.scenarios.checker;

import java.util.List;

/** One change that a commit made to the tree. Its text is that of zkCli. */
public sealed interface Change {
    /** A znode was created. */
    record Create(String path, Data data, boolean ephemeral) implements Change {
        @Override
        public String toString() {
            return "create " + (ephemeral ? "-e " : "") + path + " " + data;
        }
    }

    /** A znode was deleted by a request. */
    record Delete(String path) implements Change {
        @Override
        public String toString() {
            return "delete " + path;
        }
    }

    /** Data was set; {@code version} is the one that it has now. */
    record SetData(String path, Data data, int version) implements Change {
        @Override
        public String toString() {
            return "set " + path + " " + data + " → version " + version;
        }
    }

    /** A check within a multi, which held. */
    record Check(String path, int version) implements Change {
        @Override
        public String toString() {
            return "check " + path + " at " + version;
        }
    }

    /** The session ended, closed or expired, and these ephemerals went with it. */
    record SessionClosed(List<String> paths) implements Change {
        public SessionClosed {
            paths = List.copyOf(paths);
        }

        @Override
        public String toString() {
            return "session ended, and with it " + String.join(", ", paths);
        }
    }
}
