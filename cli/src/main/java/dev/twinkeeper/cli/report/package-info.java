/**
 * The report: one file of HTML that shows what a comparison, a torture run or a bench wrote, and needs no network.
 * Charts are plain SVG, drawn by the page's own script.
 *
 * <p><b>Reading order.</b> {@link dev.twinkeeper.cli.report.Results} is a comparison's {@code results.json}, read back;
 * {@link dev.twinkeeper.cli.report.ReportPage} puts it into the page. {@link dev.twinkeeper.cli.report.TortureReport}
 * and {@link dev.twinkeeper.cli.report.BenchReport} are the other two pages.
 */
package dev.twinkeeper.cli.report;
