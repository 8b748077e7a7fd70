package dev.twinkeeper.cli.bench;

import dev.twinkeeper.cli.compare.Spread;
import dev.twinkeeper.cli.compare.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The runs of all subjects: medians, the spread of the throughput, and the ratios to the ceiling, to plain and to other
 * checkouts, each of the same step.
 */
public final class BenchTable {
    private static final String NOTHING = "–";
    private static final String CEILING = Ceiling.NAME;
    private static final String PLAIN = "plain";

    /** What a machine that others use too does not change much. */
    private static final List<Figure> COSTS = List.of(
            Figure.CPU,
            Figure.PACKETS,
            Figure.REQUESTS,
            Figure.READS,
            Figure.TRANSACTIONS,
            Figure.NOTIFICATIONS,
            Figure.ALLOCATED,
            Figure.HEAP,
            Figure.SERVER_MEMORY,
            Figure.SUBMITTED_BYTES,
            Figure.MASTER_BYTES,
            Figure.SERVER_BYTES);

    private static final List<Figure> TIMES =
            List.of(Figure.P50, Figure.P99, Figure.P999, Figure.WORST, Figure.SUBMITTED, Figure.TAKEN_OVER);

    private final BenchRunner.Plan plan;
    private final Map<BenchLoad, Map<String, List<BenchRunner.Run>>> runs = new LinkedHashMap<>();

    public BenchTable(BenchRunner.Plan plan) {
        this.plan = plan;
    }

    public void add(BenchRunner.Run run) {
        runs.computeIfAbsent(run.measured().workload(), unused -> new LinkedHashMap<>())
                .computeIfAbsent(run.label(), unused -> new ArrayList<>())
                .add(run);
    }

    /** Tasks that were not completed. */
    public int lost() {
        return runs.values().stream()
                .flatMap(each -> each.values().stream())
                .flatMap(List::stream)
                .mapToInt(run ->
                        run.measured().workload().tasks() - run.measured().completed())
                .sum();
    }

    /** The tables. */
    public List<String> lines() {
        String medians = "Medians of " + plan.runs() + (plan.runs() == 1 ? " run" : " runs")
                + " in turns after a warm-up, " + plan.where().words() + ".";
        String ratios = "On a machine that others use too, only the ratios of one run of this command mean something.";
        String packets = "Packets, requests, transactions and notifications a task hold on any machine; CPU is that of"
                + " the roles" + servers() + ".";
        List<String> lines = new ArrayList<>();
        lines.addAll(table("How fast", speedColumns(), List.of(medians, ratios)).text());
        lines.add("");
        lines.addAll(table("What a task costs", costColumns(), List.of(packets)).text());
        return lines;
    }

    /**
     * What the page of the bench shows.
     *
     * @param command that repeats it
     */
    public Map<String, Object> page(String command) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("command", command);
        page.put("mode", plan.workload().mode().name().toLowerCase(Locale.ROOT));
        page.put("vary", plan.vary().name().toLowerCase(Locale.ROOT));
        page.put("where", plan.where().words());
        page.put("java", Runtime.version().toString());
        page.put("processors", Runtime.getRuntime().availableProcessors());
        page.put(
                "runs",
                runs.values().stream()
                        .flatMap(each -> each.values().stream())
                        .flatMap(List::stream)
                        .map(BenchRunner.Run::json)
                        .toList());
        page.put("figures", Arrays.stream(Figure.values()).collect(Collectors.toMap(Figure::json, Figure::words)));
        return page;
    }

    private String servers() {
        return plan.where().connect().isPresent() ? "" : " and of the servers";
    }

    /** A column: its head, and its cell for a label of a step. */
    private record Column(String head, Cell cell) {}

    @FunctionalInterface
    private interface Cell {
        String of(BenchLoad step, BenchRunner.Run some);
    }

    /** A takeover is not a matter of tasks a second. */
    private List<Column> speedColumns() {
        Figure first = plan.workload().mode() == BenchLoad.Mode.MASTERS ? Figure.P50 : Figure.TASKS_PER_SECOND;
        List<Column> columns = new ArrayList<>();
        columns.add(column(first));
        columns.add(new Column("least–most", (step, some) -> range(step, some, first)));
        columns.addAll(ratios(first));
        TIMES.stream().filter(each -> each != first).forEach(each -> columns.add(column(each)));
        return columns;
    }

    private List<Column> costColumns() {
        List<Column> columns = new ArrayList<>();
        COSTS.forEach(each -> columns.add(column(each)));
        columns.add(new Column("sessions lost", this::sessionsLost));
        columns.addAll(1, ratios(Figure.CPU));
        return columns;
    }

    private List<Column> ratios(Figure figure) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("× ceiling", (step, some) -> ratioCell(step, some, CEILING, figure)));
        columns.add(new Column("× plain", (step, some) -> ratioCell(step, some, PLAIN, figure)));
        for (var each : plan.checkouts()) {
            String of = " of " + each.toAbsolutePath().normalize().getFileName();
            columns.add(new Column(
                    "×" + of,
                    (step, some) ->
                            some.checkout().isPresent() ? NOTHING : ratioCell(step, some, some.impl() + of, figure)));
        }
        return columns;
    }

    private Column column(Figure figure) {
        return new Column(figure.words(), (step, some) -> median(step, some, figure));
    }

    private String median(BenchLoad step, BenchRunner.Run some, Figure figure) {
        return spread(step, some.label(), figure)
                .map(spread -> number(spread.median(), figure.digits()))
                .orElse(NOTHING);
    }

    private String range(BenchLoad step, BenchRunner.Run some, Figure figure) {
        return spread(step, some.label(), figure)
                .map(spread -> number(spread.least(), 0) + "–" + number(spread.most(), 0))
                .orElse(NOTHING);
    }

    private String sessionsLost(BenchLoad step, BenchRunner.Run some) {
        return spread(step, some.label(), Figure.SESSIONS_LOST)
                .filter(lost -> lost.most() > 0)
                .map(lost -> number(lost.most(), 0))
                .orElse(NOTHING);
    }

    private String ratioCell(BenchLoad step, BenchRunner.Run some, String to, Figure figure) {
        OptionalDouble ratio = ratio(step, some.label(), to, figure);
        return ratio.isEmpty() || some.label().equals(to) ? NOTHING : number(ratio.getAsDouble(), 2);
    }

    /** The median of the one by that of the other, of the same step; empty where one of them was not measured. */
    public OptionalDouble ratio(BenchLoad step, String label, String to, Figure figure) {
        Optional<Spread> one = spread(step, label, figure);
        Optional<Spread> other = spread(step, to, figure);
        return one.isEmpty() || other.isEmpty() || other.get().median() == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(one.get().ratio(other.get()));
    }

    /** Of all runs that have the figure; empty where none has. */
    public Optional<Spread> spread(BenchLoad step, String label, Figure figure) {
        List<Double> values = runs.getOrDefault(step, Map.of()).getOrDefault(label, List.of()).stream()
                .map(run -> run.measured().figure(figure))
                .filter(OptionalDouble::isPresent)
                .map(OptionalDouble::getAsDouble)
                .toList();
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    /** Columns that say nothing are left out. */
    private Table table(String title, List<Column> columns, List<String> notes) {
        List<List<String>> rows = new ArrayList<>();
        runs.forEach((step, labels) -> labels.forEach((label, all) -> {
            List<String> row = new ArrayList<>();
            row.add(label + stepWords(step));
            columns.forEach(column -> row.add(column.cell().of(step, all.get(0))));
            rows.add(row);
        }));
        List<String> header = new ArrayList<>(List.of(""));
        columns.forEach(column -> header.add(column.head()));
        for (int i = header.size() - 1; i > 0; i--) {
            int index = i;
            if (rows.stream().allMatch(row -> row.get(index).equals(NOTHING))) {
                header.remove(index);
                rows.forEach(row -> row.remove(index));
            }
        }
        return new Table(title, header, rows, notes);
    }

    private String stepWords(BenchLoad step) {
        return switch (plan.vary()) {
            case NOTHING -> "";
            case TASKS -> ", " + String.format(Locale.ROOT, "%,d tasks", step.tasks());
            case WORKERS -> ", " + step.workers() + (step.workers() == 1 ? " worker" : " workers");
        };
    }

    private static String number(double value, int digits) {
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
