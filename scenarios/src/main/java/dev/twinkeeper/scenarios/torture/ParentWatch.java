package dev.twinkeeper.scenarios.torture;

import java.io.IOException;

/** Ties a process to the one that started it: when the standard input ends, so does the process. */
final class ParentWatch {
    private ParentWatch() {}

    static void tie() {
        Thread thread = new Thread(ParentWatch::hold, "parent-watch");
        thread.setDaemon(true);
        thread.start();
    }

    private static void hold() {
        try {
            while (System.in.read() >= 0) {
                // Nothing is ever said: only the end counts.
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(RoleProcess.ABANDONED);
        }
        Runtime.getRuntime().halt(RoleProcess.ABANDONED);
    }
}
