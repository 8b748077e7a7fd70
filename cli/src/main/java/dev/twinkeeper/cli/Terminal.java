package dev.twinkeeper.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command prints: results and narration on {@code out}, what went wrong on {@code err}, UTF-8 on both. Colour
 * only where {@code out} is a terminal and the user did not ask for none (https://no-color.org).
 */
record Terminal(PrintStream out, PrintStream err, boolean colour) {
    /** Room for many lines, so that ten thousand of them are not as many writes; whoever prints flushes. */
    private static final int BUFFER = 1 << 16;

    /** What a line of narration is about, and so its colour. */
    enum Tone {
        PLAIN("0"),
        FAINT("2"),
        GOOD("32"),
        CAUTION("33"),
        BAD("31");

        private final String code;

        Tone(String code) {
            this.code = code;
        }
    }

    static Terminal ofProcess() {
        OutputStream buffered = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER);
        PrintStream out = new PrintStream(buffered, false, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        // The launcher tells whether it is a terminal: System.console() answers differently from release to release.
        String noColour = System.getenv("NO_COLOR");
        boolean colour = Boolean.getBoolean("twinkeeper.terminal")
                && (noColour == null || noColour.isEmpty())
                && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(out, err, colour);
    }

    /** A line that is seen at once. */
    void say(String line) {
        out.println(line);
        out.flush();
    }

    /** Whether everything that was printed so far has been taken: a full disk or a reader that went away takes nothing. */
    boolean written() {
        return !out.checkError();
    }

    /** How the process ends: where a result was not shown, its exit code says nothing any more; a failure's stands. */
    int end(int code) {
        boolean failure = code == ExitCode.FAILURE.code()
                || code == ExitCode.USAGE.code()
                || code == ExitCode.CANNOT_CONNECT.code();
        if (written() || failure) {
            return code;
        }
        if (code != ExitCode.NOT_WRITTEN.code()) {
            complain("standard output: it could not be written (a full disk, or a reader that went away); not all is"
                    + " shown");
        }
        return ExitCode.NOT_WRITTEN.code();
    }

    /** One line about what went wrong. */
    void complain(String line) {
        out.flush();
        err.println("twinkeeper: " + line);
    }

    String paint(Tone tone, String text) {
        return colour && tone != Tone.PLAIN ? "\u001b[" + tone.code + "m" + text + "\u001b[0m" : text;
    }
}
