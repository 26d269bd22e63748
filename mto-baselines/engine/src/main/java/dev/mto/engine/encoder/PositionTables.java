package dev.mto.engine.encoder;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which pre-trained tensor a parameter of fine-tuning starts from: its own, or, for a block's table
 * of relative positions, the one that all blocks shared.
 */
public final class PositionTables {
  private static final Pattern OF_BLOCK =
      Pattern.compile("(.*)blocks\\.\\d+\\.attn(\\.relative_position_bias_table)");

  private PositionTables() {}

  /**
   * The name to start from.
   *
   * @param parameter official name in fine-tuning
   * @param pretrained official names of the pre-trained model
   */
  public static String source(String parameter, Set<String> pretrained) {
    return pretrained.contains(parameter)
        ? parameter
        : OF_BLOCK.matcher(parameter).replaceFirst("$1rel_pos_bias$2");
  }
}
