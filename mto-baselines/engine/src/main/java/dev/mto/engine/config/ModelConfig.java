package dev.mto.engine.config;

import dev.mto.models.VitConfig;
import dev.mto.models.VitPreset;
import java.util.List;

/** The Vision Transformer to train. */
public record ModelConfig(
    @Setting(
            value = "The size whose dim, depth and heads hold where they are not named.",
            range = "vit-tiny | vit-small | vit-base | vit-large")
        String preset,
    @Setting(
            value = "Height and width of the crops that the encoder sees.",
            unit = "pixels",
            range = "[height, width], each a multiple of model.patch")
        List<Integer> image,
    @Setting(
            value = "Side of a square patch; each becomes one token.",
            unit = "pixels",
            range = Rules.POSITIVE)
        int patch,
    @Setting(
            value = "Width of a token; null for the preset's.",
            unit = "numbers",
            range = "a multiple of model.heads, or null")
        Integer dim,
    @Setting(
            value = "Number of Transformer blocks; null for the preset's.",
            unit = "blocks",
            range = "greater than 0, or null")
        Integer depth,
    @Setting(
            value = "Number of attention heads in a block; null for the preset's.",
            unit = "heads",
            range = "a divisor of model.dim, or null")
        Integer heads,
    @Setting(
            value = "Hidden width of a block's MLP over model.dim.",
            range = "greater than 0, at most 64")
        double mlpRatio,
    @Setting(
            value =
                "First value of the learned factor of each residual branch; 0 for no such factor.",
            range = "in [0, 1]")
        double layerScale,
    @Setting(
            value =
                "Rate at which the last block's residual branches are dropped for an image; it"
                    + " rises linearly from 0 at the first block.",
            range = "in [0, 1)")
        double dropPath,
    @Setting(
            value =
                "Standard deviation of the first weights of SimMIM and ConMIM; null for the"
                    + " official 0.02, which is too small to train encoders much narrower than 768"
                    + " quickly.",
            range = "greater than 0, at most 1, or null")
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
