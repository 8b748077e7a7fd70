package dev.twinkeeper.cli.playground;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The timeline as one file that needs nobody: the page's own style and timeline, and the data. */
final class TimelineExport {
    private TimelineExport() {}

    static String page(ObjectNode data) {
        try {
            return PageServer.resource("export.html")
                    .replace("/*STYLE*/", PageServer.resource("playground.css"))
                    .replace("/*TIMELINE*/", PageServer.resource("timeline.js"))
                    .replace("/*DATA*/", PlaygroundJson.embedded(data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
