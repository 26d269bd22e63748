package dev.mto.engine.config;

import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.util.List;

/**
 * The Vision Transformer to train.
 *
 * @param preset {@code vit-tiny | vit-small | vit-base | vit-large}; gives dim, depth and heads
 *     where they are not named
 * @param image height and width in pixels
 * @param patch side of a patch in pixels
 * @param dim width of a token, or null for the preset's
 * @param depth number of blocks, or null for the preset's
 * @param heads number of attention heads, or null for the preset's
 * @param mlpRatio hidden width of the MLP over {@code dim}
 * @param layerScale initial layer scale
 * @param dropPath drop path rate of the last block, rising linearly from 0
 * @param initStd deviation of the first weights of SimMIM and ConMIM, or null for the official
 *     0.02, which is too small to train encoders much narrower than 768 quickly
 */
public record ModelConfig(
    String preset,
    List<Integer> image,
    int patch,
    Integer dim,
    Integer depth,
    Integer heads,
    double mlpRatio,
    double layerScale,
    double dropPath,
    Double initStd) {

  /** Checks that the image has two sides; the rest is checked where the encoder is described. */
  public ModelConfig {
    Rules.require(image != null && image.size() == 2, "model.image", image, "[height, width]");
    Rules.positive("model.patch", patch);
    for (int side : image) {
      Rules.require(
          side >= patch,
          "model.image",
          image,
          "at least one patch of " + patch + " pixels on each side");
    }
    image = List.copyOf(image);
  }

  /** The encoder for images of {@code channels} channels. */
  public VitConfig vit(int channels) {
    VitPreset base = VitPreset.named(preset);
    return new VitConfig(
        channels,
        image.get(0),
        image.get(1),
        patch,
        dim == null ? base.dim() : dim,
        depth == null ? base.depth() : depth,
        heads == null ? base.heads() : heads,
        mlpRatio,
        layerScale,
        dropPath,
        initStd == null ? VitConfig.OFFICIAL_INIT_STD : initStd);
  }
}
