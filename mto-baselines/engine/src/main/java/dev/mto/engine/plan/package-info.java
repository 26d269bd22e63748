/**
 * Compiles a SameDiff graph, with the gradients of its loss, into a fixed list of kernels on memory
 * that is laid out once: {@link dev.mto.engine.plan.GraphReader} reads the graph into a {@link
 * dev.mto.engine.plan.Program} of few operations, {@link dev.mto.engine.plan.Gradients}
 * differentiates it, {@link dev.mto.engine.plan.Fusion} joins operations, {@link
 * dev.mto.engine.plan.MemoryLayout} gives each value its place, and {@link
 * dev.mto.engine.plan.CompiledPlan} runs the kernels.
 */
package dev.mto.engine.plan;
