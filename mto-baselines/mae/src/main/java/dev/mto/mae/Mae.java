package dev.mto.mae;

import dev.mto.data.mask.MaeMaskSampler;
import dev.mto.data.mask.MaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SDVariable;

/** MAE (He et al., CVPR 2022): the encoder sees visible patches, a decoder predicts the others. */
public final class Mae implements Baseline {
  @Override
  public String name() {
    return "mae";
  }

  @Override
  public Optional<Class<? extends Record>> optionsType() {
    return Optional.of(MaeOptions.class);
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    options(config);
    return sampler(config);
  }

  @Override
  public Model build(RunConfig config, Parameters parameters) {
    int visible = sampler(config).visibleTokens();
    return new MaeModel(config.vit().requirePlain("MAE"), options(config), visible, parameters);
  }

  @Override
  public EncoderOutput encoder(
      RunConfig config,
      Parameters parameters,
      SDVariable images,
      SDVariable dropPath,
      boolean fineTuned) {
    return MaeModel.encoder(config.vit().requirePlain("MAE"), parameters, fineTuned)
        .encodeImages(images, dropPath);
  }

  private static MaeMaskSampler sampler(RunConfig config) {
    return new MaeMaskSampler(config.vit().requirePlain("MAE").patches(), config.masking().ratio());
  }

  private static MaeOptions options(RunConfig config) {
    return ConfigLoader.options(config, MaeOptions.class);
  }
}
