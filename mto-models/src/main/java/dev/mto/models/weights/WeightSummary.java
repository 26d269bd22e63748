package dev.mto.models.weights;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What a weight file holds, found without reading its values.
 *
 * @param format the file's format in words
 * @param entries of a training checkpoint, its top-level keys in the order of the file, each with
 *     the number of named tensors that can be read from it; otherwise empty
 * @param tensors those that {@link WeightFile#read} gives, by name, in the order of the file; none
 *     where an entry must be chosen
 */
public record WeightSummary(
    String format, Map<String, Integer> entries, Map<String, TensorInfo> tensors) {
  /** Copies the maps in their order. */
  public WeightSummary {
    Objects.requireNonNull(format);
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Values of all tensors together: parameters and buffers. */
  public long elements() {
    return tensors.values().stream().mapToLong(TensorInfo::elements).sum();
  }

  /** Number of tensors of each type. */
  public Map<DataType, Integer> types() {
    Map<DataType, Integer> types = new TreeMap<>();
    tensors.values().forEach(tensor -> types.merge(tensor.type(), 1, Integer::sum));
    return types;
  }
}
