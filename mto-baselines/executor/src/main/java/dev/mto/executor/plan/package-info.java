/**
 * Compiles a SameDiff graph, with the gradients of its loss, into a fixed list of kernels on memory
 * that is laid out once: {@link dev.mto.executor.plan.GraphReader} reads the graph into a {@link
 * dev.mto.executor.plan.Program} of few operations, {@link dev.mto.executor.plan.AttentionFusion}
 * finds attention in it where the kernels have it whole, {@link dev.mto.executor.plan.Gradients}
 * differentiates it, {@link dev.mto.executor.plan.Fusion} joins operations, {@link
 * dev.mto.executor.plan.MemoryLayout} gives each value its place, and {@link
 * dev.mto.executor.plan.CompiledPlan} runs the kernels.
 */
package dev.mto.executor.plan;
