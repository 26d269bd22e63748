package dev.mto.models.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The one table of relative position biases that the blocks of a pre-trained SimMIM or ConMIM
 * encoder share, given to each block for fine-tuning.
 */
public final class SharedRelativeBias {
  private static final String SHARED = "rel_pos_bias.relative_position_bias_table";
  private static final String INDEX = "relative_position_index";

  private SharedRelativeBias() {}

  /**
   * Copies {@code rel_pos_bias.relative_position_bias_table} to {@code
   * blocks.i.attn.relative_position_bias_table} for every block, in the place of the shared one,
   * and leaves index buffers out. All else is kept, not copied.
   *
   * @param encoder tensors under official names without a prefix
   * @param depth number of blocks
   * @throws IllegalArgumentException when there is no shared table
   */
  public static Map<String, INDArray> perBlock(Map<String, INDArray> encoder, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth " + depth + ": an encoder has a block at least");
    }
    if (!encoder.containsKey(SHARED)) {
      throw new IllegalArgumentException(
          "no tensor " + SHARED + ": give a pre-trained encoder with a shared table");
    }
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    encoder.forEach(
        (name, tensor) -> {
          if (name.equals(SHARED)) {
            for (int i = 0; i < depth; i++) {
              tensors.put("blocks." + i + ".attn.relative_position_bias_table", tensor.dup());
            }
          } else if (!name.endsWith(INDEX)) {
            tensors.put(name, tensor);
          }
        });
    return tensors;
  }
}
