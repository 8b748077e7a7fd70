package dev.twinkeeper.cli.compare;

import dev.twinkeeper.cli.Prose;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A table, to be printed or written as Markdown. The first column is text, the others are right-aligned.
 *
 * @param prose whether the last column is whole sentences: left-aligned then, and wrapped where it is printed
 */
public record Table(String title, List<String> header, List<List<String>> rows, List<String> notes, boolean prose) {
    private static final String GAP = "   ";
    private static final String INDENT = "  ";

    /** Of documents. */
    static final int MARKDOWN_WIDTH = 120;

    /** Of the first column, where it is printed: the figures are to fit beside it. */
    private static final int FIRST = 42;

    /** However wide the columns before it are. */
    private static final int NARROWEST = 30;

    public Table(String title, List<String> header, List<List<String>> rows, List<String> notes) {
        this(title, header, rows, notes, false);
    }

    public List<String> text() {
        List<List<String>> all = new ArrayList<>();
        all.add(header);
        all.addAll(prose ? wrapped() : folded());
        int[] widths = IntStream.range(0, header.size())
                .map(column -> all.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        List<String> lines = new ArrayList<>();
        lines.add(title);
        lines.add(line(header, widths));
        lines.add(IntStream.of(widths).mapToObj("─"::repeat).collect(Collectors.joining(GAP)));
        all.stream().skip(1).forEach(row -> lines.add(line(row, widths)));
        notes.forEach(
                note -> Prose.wrap(note, Prose.WIDTH - INDENT.length()).forEach(line -> lines.add(INDENT + line)));
        return lines;
    }

    /** The rows with so much prose in each as fits beside the other columns. */
    private List<List<String>> wrapped() {
        int last = header.size() - 1;
        int before = IntStream.range(0, last)
                .map(column -> GAP.length()
                        + Stream.concat(Stream.of(header), rows.stream())
                                .mapToInt(row -> row.get(column).length())
                                .max()
                                .orElse(0))
                .sum();
        List<List<String>> lines = new ArrayList<>();
        for (List<String> row : rows) {
            List<String> beginning = new ArrayList<>(row.subList(0, last));
            for (String part : Prose.wrap(row.get(last), Math.max(NARROWEST, Prose.WIDTH - before))) {
                beginning.add(part);
                lines.add(List.copyOf(beginning));
                beginning = new ArrayList<>(Collections.nCopies(last, ""));
            }
        }
        return lines;
    }

    /** The rows with their first column folded; the figures stand in the first line. */
    private List<List<String>> folded() {
        List<List<String>> lines = new ArrayList<>();
        for (List<String> row : rows) {
            List<String> rest = row.subList(1, row.size());
            for (String part : Prose.wrap(row.get(0), FIRST)) {
                List<String> line = new ArrayList<>(List.of(part));
                line.addAll(rest);
                lines.add(line);
                rest = Collections.nCopies(row.size() - 1, "");
            }
        }
        return lines;
    }

    private String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String pad = " ".repeat(widths[column] - cell.length());
            boolean left = column == 0 || prose;
            line.append(column == 0 ? "" : GAP).append(left ? cell + pad : pad + cell);
        }
        return line.toString().stripTrailing();
    }

    List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("## " + title);
        lines.add("");
        lines.add(row(header));
        lines.add("|---|" + (prose ? "---|" : "---:|").repeat(header.size() - 1));
        rows.forEach(row -> lines.add(row(row)));
        lines.add("");
        for (String note : notes) {
            lines.addAll(Prose.wrap(note, MARKDOWN_WIDTH));
            lines.add("");
        }
        return lines;
    }

    private static String row(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |"));
    }
}
