/**
 * {@code bench step}: the training step of this project and of libtorch, each in a process of its
 * own, on the same work in alternating rounds.
 *
 * <p>{@link dev.mto.bench.step.StepCommand} starts the processes through a {@link
 * dev.mto.bench.step.ChildProcess}, has a {@link dev.mto.bench.step.CaseRun} check that losses and
 * gradients agree and then time, and gives the {@link dev.mto.bench.step.CaseResult}s to the table
 * and the JSON file. Example:
 *
 * <pre>{@code
 * ./mto bench step --case simmim-vit-tiny --peer --json step.json
 * }</pre>
 */
package dev.mto.bench.step;
