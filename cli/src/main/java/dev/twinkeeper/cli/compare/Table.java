package dev.twinkeeper.cli.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table, to be printed or written as Markdown. The first column is text, the others are right-aligned. */
record Table(String title, List<String> header, List<List<String>> rows, List<String> notes) {
    private static final String GAP = "   ";

    List<String> text() {
        List<List<String>> all = new ArrayList<>();
        all.add(header);
        all.addAll(rows);
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
        rows.forEach(row -> lines.add(line(row, widths)));
        notes.forEach(note -> lines.add("  " + note));
        return lines;
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String pad = " ".repeat(widths[column] - cell.length());
            line.append(column == 0 ? cell + pad : GAP + pad + cell);
        }
        return line.toString().stripTrailing();
    }

    List<String> markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("## " + title);
        lines.add("");
        lines.add(row(header));
        lines.add("|---|" + "---:|".repeat(header.size() - 1));
        rows.forEach(row -> lines.add(row(row)));
        lines.add("");
        notes.forEach(note -> lines.addAll(List.of(note, "")));
        return lines;
    }

    private static String row(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |"));
    }
}
