package dev.mto.mae;

import dev.mto.data.mask.MaeMaskSampler;
import dev.mto.data.mask.MaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import java.util.List;
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
  public String title() {
    return "MAE";
  }

  @Override
  public List<String> aboutLoss(RunConfig config) {
    if (!options(config).normPix()) {
      return List.of(
          "The loss is the mean squared error of masked pixels, in units of data.std squared.",
          "The reference is the error of each image's mean over its visible pixels. An author of MAE"
              + " names about 0.3 on ImageNet; other images end elsewhere.",
          "It falls steeply at first, then by little: an early plateau is normal. Predictions are"
              + " blurred, as the least squared error is that of the mean of all that could stand"
              + " there.");
    }
    return List.of(
        "The loss is the mean squared error of masked patches, each normalised by its own mean and"
            + " deviation (norm_pix). It is relative to the variance of the patch: 1.0 is what"
            + " predicting nothing but every patch's mean scores, and less where patches are flat, so"
            + " that images with plain grounds have a reference below 1.",
        "It may begin above 1, comes down to it within the first epochs and then falls slowly for the"
            + " rest of the run. A plateau just below 1 in the warm-up, and later one that loses a few"
            + " thousandths an epoch, are normal. Values of 0.4 to 0.6 are reported for"
            + " photographs; texture and noise cannot be predicted and keep it higher, smooth images"
            + " bring it lower. It is no measure between data sets, patch sizes or mask ratios.",
        "Predictions look blurred, or blotched with edges between patches: the model predicts"
            + " contrasts within a patch and never its brightness, which the picture has to take from"
            + " somewhere else.");
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
