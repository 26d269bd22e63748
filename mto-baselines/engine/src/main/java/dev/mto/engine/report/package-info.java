/**
 * What a run leaves to read: rows of {@code metrics.jsonl}, TensorBoard events, and pages: {@code
 * report.html}, the table of all runs, and runs compared. Each is made from runs' folders alone.
 *
 * <pre>{@code
 * RunView run = new RunView(Path.of("runs/quickstart"));
 * Path page = run.write(run.state(), "", 30);
 * }</pre>
 */
package dev.mto.engine.report;
