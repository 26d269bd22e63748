/**
 * Weight files: safetensors, NumPy archives and PyTorch checkpoints of both containers, nothing in
 * them executed; the names of the field's libraries; and the changes that a model of another size
 * needs.
 *
 * <pre>{@code
 * NamedTensors tensors = NamedTensors.forModel(WeightFile.read(file), shapes.keySet());
 * System.out.println(WeightMatch.of(tensors, shapes).report()); // shapes of the model's, by name
 * }</pre>
 */
package dev.mto.models.weights;
