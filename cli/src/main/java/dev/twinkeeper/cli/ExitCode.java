package dev.twinkeeper.cli;

import dev.twinkeeper.contract.CoordinationException.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/** How a command ended, the same for every command; {@code --help} lists them. */
enum ExitCode {
    GOOD(0, "good; also when Ctrl-C or SIGTERM ends a command that runs until then"),
    FAILURE(1, "failure: one line on stderr says which"),
    USAGE(2, "usage: an argument makes no sense"),
    FAILED(3, "a scenario or a task failed, or a rule was not kept"),
    CANNOT_CONNECT(4, "no server could be reached"),
    UNKNOWN(5, "an outcome was unknown when the time was up"),
    NOT_WRITTEN(6, "the output could not be written; a task whose outcome was not shown is not removed");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    static ExitCode of(Problem problem) {
        return switch (problem) {
            case INVALID, TOO_LARGE -> USAGE;
            case CANNOT_CONNECT -> CANNOT_CONNECT;
            case UNKNOWN -> UNKNOWN;
            case ID_IN_USE, IN_THE_WAY, FULL, NOT_ALLOWED, TOO_OLD, CLOSED -> FAILURE;
        };
    }

    /** For the foot of a {@code --help}. */
    static Map<String, String> list() {
        Map<String, String> list = new LinkedHashMap<>();
        for (ExitCode each : values()) {
            list.put("  " + each.code, each.meaning);
        }
        list.put("130", "ended by Ctrl-C before it was done, or (143) by SIGTERM");
        return list;
    }
}
