package dev.mto.mae;

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

/** MAE (He et al., CVPR 2022): the encoder sees visible patches, a decoder predicts the others. */
public final class Mae implements Baseline {
  @Override
  public String name() {
    return "mae";
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    options(config);
    return sampler(config, vit(config));
  }

  @Override
  public Method build(SameDiff graph, RunConfig config, Parameters parameters) {
    VitConfig vit = vit(config);
    MaeOptions options = options(config);
    int visible = sampler(config, vit).visibleTokens();
    return new MaeMethod(MaeModel.build(graph, vit, options, visible, parameters), vit, options);
  }

  @Override
  public Encoder encoder(SameDiff graph, RunConfig config, Parameters parameters, EncoderUse use) {
    return MaeModel.encoder(graph, vit(config), parameters, use);
  }

  private static MaeMaskSampler sampler(RunConfig config, VitConfig vit) {
    return new MaeMaskSampler(vit.patches(), config.masking().ratio());
  }

  private static MaeOptions options(RunConfig config) {
    return ConfigLoader.options(config, MaeOptions.class);
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
          key + ": " + value + " must be 0; MAE has none of it in pre-training");
    }
  }
}
