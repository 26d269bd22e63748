/**
 * What a run leaves to read: rows of {@code metrics.jsonl}, TensorBoard events and the page {@code
 * report.html}. Each is made from the run's folder alone.
 *
 * <pre>{@code
 * Path page = HtmlReport.write(Path.of("runs/quickstart"));
 * }</pre>
 */
package dev.mto.engine.report;
