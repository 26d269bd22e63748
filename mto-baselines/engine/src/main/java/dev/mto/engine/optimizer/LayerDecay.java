package dev.mto.engine.optimizer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Layer-wise learning-rate decay of fine-tuning (BEiT, MAE): the learning rate of layer i of L+1 is
 * multiplied by decay^(L+1-i). Layer 0 are the patch embedding, the class token and the positions,
 * layer i+1 is block i, and layer L+1 is what comes after the blocks.
 *
 * @param depth L, blocks of the encoder
 * @param decay in (0, 1]; 1 for none
 */
public record LayerDecay(int depth, double decay) {
  private static final Pattern BLOCK = Pattern.compile("blocks\\.(\\d+)\\..*");
  private static final Pattern EMBEDDING =
      Pattern.compile("cls_token|mask_token|pos_embed|patch_embed\\..*");

  /**
   * The group of a parameter. Weight decay applies to all but vectors, the class token and the
   * positions.
   *
   * @param name official name, with or without {@code encoder.} before it
   * @param rank number of dimensions
   */
  public ParameterGroup of(String name, int rank) {
    String plain = name.replaceFirst("^encoder\\.", "");
    boolean decayed = rank > 1 && !plain.equals("cls_token") && !plain.equals("pos_embed");
    return new ParameterGroup(Math.pow(decay, depth + 1 - layer(plain)), decayed);
  }

  private int layer(String name) {
    Matcher block = BLOCK.matcher(name);
    if (block.matches()) {
      return Integer.parseInt(block.group(1)) + 1;
    }
    return EMBEDDING.matcher(name).matches() ? 0 : depth + 1;
  }
}
