/**
 * {@code bench step}: the training step of this project and of libtorch, each in a process of its
 * own, on the same work in alternating rounds.
 *
 * <p>{@link dev.mto.speed.step.StepCommand} starts the processes through a {@link
 * dev.mto.speed.step.ChildProcess}, has a {@link dev.mto.speed.step.CaseRun} check that losses and
 * gradients agree and then time, and gives the {@link dev.mto.speed.step.CaseResult}s to the table
 * and the JSON file. Example:
 *
 * <pre>{@code
 * ./mto bench step --case simmim-vit-tiny --peer --json step.json
 * }</pre>
 */
package dev.mto.speed.step;
