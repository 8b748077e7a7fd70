package dev.twinkeeper.cli.copy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes sources into somebody's project: all of them or none. */
public final class Copier {
    private final Path directory;
    private final String packageName;
    private final String version;

    /**
     * @param directory where the directories of packages begin, as {@code src/main/java}
     * @param packageName what stands in place of {@code dev.twinkeeper}
     * @param version of this project, for the line that says where a file is from
     */
    public Copier(Path directory, String packageName, String version) {
        this.directory = directory.toAbsolutePath().normalize();
        this.packageName = packageName;
        this.version = version;
    }

    /** There are other files where these would go. */
    public static final class InTheWay extends IOException {
        private static final long serialVersionUID = 1L;

        private InTheWay(Path file) {
            super(file.toString());
        }
    }

    /**
     * Files that are there already with the same text are left as they are.
     *
     * @param force whether files with another text are written over
     * @return the files that were written
     * @throws InTheWay naming the first file that has another text; nothing is written then
     * @throws IOException where something can't be written; what was written is removed again
     */
    public List<Path> copy(List<Catalogue.Source> sources, boolean force) throws IOException {
        Map<Path, String> texts = new LinkedHashMap<>();
        for (Catalogue.Source each : sources) {
            Path target = directory.resolve(renamed(each.type()).replace('.', '/') + ".java");
            String text = header(each) + renamed(each.text());
            if (!Files.exists(target)) {
                texts.put(target, text);
            } else if (!Files.readString(target).equals(text)) {
                if (!force) {
                    throw new InTheWay(target);
                }
                texts.put(target, text);
            }
        }
        write(texts);
        return List.copyOf(texts.keySet());
    }

    private String header(Catalogue.Source source) {
        return "// From Twinkeeper " + version + ", " + source.origin() + "; Apache License 2.0.\n";
    }

    private String renamed(String text) {
        return text.replace(ProjectSources.ROOT + ".", packageName + ".");
    }

    /** First beside their places, so that a full disk leaves nothing half-written. */
    private void write(Map<Path, String> texts) throws IOException {
        Deque<Path> made = new ArrayDeque<>();
        Map<Path, Path> ready = new LinkedHashMap<>();
        try {
            for (Map.Entry<Path, String> each : texts.entrySet()) {
                Path target = each.getKey();
                makeDirectories(target.getParent(), made);
                Path beside = target.resolveSibling("." + target.getFileName() + ".part");
                made.push(beside);
                ready.put(beside, target);
                Files.writeString(beside, each.getValue());
            }
        } catch (IOException e) {
            remove(made);
            throw e;
        }
        for (Map.Entry<Path, Path> each : ready.entrySet()) {
            Files.move(each.getKey(), each.getValue(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void makeDirectories(Path wanted, Deque<Path> made) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path each = wanted; each != null && !Files.exists(each); each = each.getParent()) {
            missing.add(0, each);
        }
        for (Path each : missing) {
            Files.createDirectory(each);
            made.push(each);
        }
    }

    /** The last first: a directory is empty by then. */
    private static void remove(Deque<Path> made) {
        for (Path each : made) {
            try {
                Files.deleteIfExists(each);
            } catch (IOException e) {
                // Somebody else put something into it meanwhile: it stays.
                continue;
            }
        }
    }
}
