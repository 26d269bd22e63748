/** Optimization outside the graph: AdamW, clipping by the global norm, learning-rate schedules. */
package dev.mto.engine.optimizer;
