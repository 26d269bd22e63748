/** {@code ./mto weights}: checkpoints of other code in, checkpoints for other code out. */
package dev.mto.bench.weights;
