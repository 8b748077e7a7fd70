package dev.twinkeeper.cli.doctor;

/**
 * One thing that is wrong.
 *
 * @param kind what it is about
 * @param where the file, the server or the host
 * @param what what is wrong there
 * @param mend what to do
 */
public record Finding(Kind kind, String where, String what, String mend) {
    /** In the order in which people meet them, which is the order of the report. */
    public enum Kind {
        PORT,
        CONFIG,
        SERVER_LINE,
        DATA_DIR,
        MYID,
        ADDRESS,
        QUORUM,
        LAG,
        WORDS,
        CHROOT,
        CLOCK,
        VERSION,
        LIMIT
    }

    /** One line, for a person. */
    public String line() {
        return where + ": " + what + "; " + mend;
    }
}
