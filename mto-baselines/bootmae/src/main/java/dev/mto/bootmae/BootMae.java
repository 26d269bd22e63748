package dev.mto.bootmae;

import dev.mto.data.mask.BlockMaskSampler;
import dev.mto.data.mask.BootMaeMaskSampler;
import dev.mto.data.mask.MaeMaskSampler;
import dev.mto.data.mask.MaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.engine.Method;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SameDiff;

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
  public MaskSampler masks(RunConfig config) {
    return sampler(config, vit(config), options(config));
  }

  @Override
  public Method build(SameDiff graph, RunConfig config, Parameters parameters) {
    VitConfig vit = vit(config);
    BootMaeOptions options = options(config);
    int visible = vit.patches() - sampler(config, vit, options).masked();
    BootMaeGraph model = BootMaeModel.build(graph, vit, options, visible, parameters);
    return new BootMaeMethod(model, new Teacher(graph, parameters), vit, options);
  }

  @Override
  public Encoder encoder(SameDiff graph, RunConfig config, Parameters parameters, EncoderUse use) {
    return BootMaeModel.encoder(graph, vit(config), parameters, use);
  }

  private static BootMaeMaskSampler sampler(
      RunConfig config, VitConfig vit, BootMaeOptions options) {
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
    VitConfig vit = config.model().vit(config.data().channels());
    refuse("model.layer_scale", vit.layerScale());
    refuse("model.drop_path", vit.dropPath());
    if (vit.dim() % 4 != 0) {
      throw new IllegalArgumentException(
          "model.dim: " + vit.dim() + " must be a multiple of 4 for sine-cosine positions");
    }
    return vit;
  }

  private static void refuse(String key, double value) {
    if (value != 0) {
      throw new IllegalArgumentException(
          key + ": " + value + " must be 0; BootMAE has none of it in pre-training");
    }
  }
}
