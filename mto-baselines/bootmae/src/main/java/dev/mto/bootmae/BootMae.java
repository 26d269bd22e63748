package dev.mto.bootmae;

import dev.mto.data.mask.BlockMaskSampler;
import dev.mto.data.mask.BootMaeMaskSampler;
import dev.mto.data.mask.MaeMaskSampler;
import dev.mto.data.mask.MaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Initializer;
import dev.mto.models.Parameters;
import dev.mto.models.SinCosPositions;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * BootMAE (Dong et al., ECCV 2022): pixels and features of a teacher, predicted by two decoders.
 */
public final class BootMae implements Baseline {
  /** Draw blocks until exactly as many patches as wanted are masked. */
  private static final int WITHOUT_LIMIT = 0;

  @Override
  public String name() {
    return "bootmae";
  }

  @Override
  public Optional<Class<? extends Record>> optionsType() {
    return Optional.of(BootMaeOptions.class);
  }

  @Override
  public String title() {
    return "BootMAE";
  }

  @Override
  public List<String> aboutLoss(RunConfig config) {
    return List.of(
        "The loss is a sum: the error of normalised pixels and, with a weight that rises over the first"
            + " quarter of the run, the error of the features of a momentum teacher. So it may rise in"
            + " that quarter without anything being wrong; the two parts are shown apart.",
        "The teacher moves with the model, and so does what is to be predicted: a feature loss that"
            + " rises while the teacher learns, or stands still, is normal. Features are normalised, so"
            + " that predicting zeros scores 1 before the weights of neighbouring masked patches.",
        "The reference predicts every patch's mean and no feature. Since masked patches among masked"
            + " neighbours weigh up to twice as much, it may be above 1 for each part.");
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    return sampler(config);
  }

  @Override
  public Model build(RunConfig config, Parameters parameters) {
    VitConfig vit = vit(config);
    int visible = vit.patches() - sampler(config).masked();
    return new BootMaeModel(vit, options(config), visible, parameters);
  }

  @Override
  public EncoderOutput encoder(
      RunConfig config,
      Parameters parameters,
      SDVariable images,
      SDVariable dropPath,
      boolean fineTuned) {
    return visionTransformer(vit(config), parameters).encodeImages(images, dropPath);
  }

  /** The encoder: a ViT with fixed sine-cosine positions and no bias of keys. */
  static VisionTransformer visionTransformer(VitConfig vit, Parameters parameters) {
    VisionTransformer.Positions positions =
        new VisionTransformer.Positions(
            SinCosPositions.rowFirst(vit.gridHeight(), vit.gridWidth(), vit.dim()), false);
    return new VisionTransformer(
        vit,
        new VisionTransformer.Options(
            positions,
            false,
            Initializer.normal(1e-6),
            BootMaeDecoder.WEIGHTS,
            Initializer.zeros(),
            block -> BootMaeDecoder.BLOCK),
        parameters,
        "");
  }

  private static BootMaeMaskSampler sampler(RunConfig config) {
    VitConfig vit = vit(config);
    BootMaeOptions options = options(config);
    double ratio = config.masking().ratio();
    int masked = new MaeMaskSampler(vit.patches(), ratio).maskedTokens();
    if (options.blockPatches() > masked) {
      throw new IllegalArgumentException(
          "options.block_patches: %d must be at most %d, the patches that masking.ratio %s masks"
              .formatted(options.blockPatches(), masked, ratio));
    }
    return new BootMaeMaskSampler(
        new BlockMaskSampler(
            vit.gridHeight(),
            vit.gridWidth(),
            options.blockPatches(),
            options.blockMin(),
            options.blockMax(),
            WITHOUT_LIMIT),
        masked);
  }

  private static BootMaeOptions options(RunConfig config) {
    return ConfigLoader.options(config, BootMaeOptions.class);
  }

  private static VitConfig vit(RunConfig config) {
    return config.vit().requirePlain("BootMAE");
  }
}
