/**
 * Weight files: safetensors, NumPy archives and PyTorch checkpoints of both containers, nothing in
 * them executed; the names of the field's libraries; and the changes that a model of another size
 * needs.
 *
 * <pre>{@code
 * Map<String, INDArray> tensors = WeightNames.toOfficial(WeightFile.read(file));
 * System.out.println(WeightMatch.of(tensors, shapesOfTheModel).report());
 * }</pre>
 */
package dev.mto.models.weights;
