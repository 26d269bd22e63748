package dev.mto.conmim;

import dev.mto.data.image.Photometric;
import dev.mto.data.mask.BlockMaskSampler;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.mask.SimMimMaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * ConMIM (Yi et al., ICLR 2023): a student that sees masked images recognises each masked patch
 * among the patches that a slow teacher sees.
 */
public final class ConMim implements Baseline {
  @Override
  public String name() {
    return "conmim";
  }

  @Override
  public Optional<Class<? extends Record>> optionsType() {
    return Optional.of(ConMimOptions.class);
  }

  @Override
  public String title() {
    return "ConMIM";
  }

  @Override
  public List<String> aboutLoss(RunConfig config) {
    int patches = config.vit().patches();
    return List.of(
        String.format(
            Locale.ROOT,
            "The loss is a cross-entropy in nats: each masked patch has to find its own place among"
                + " the %d of the teacher's image. Guessing scores ln %d = %.2f, which is the"
                + " reference. First values give no reason to prefer a patch, so that it starts near"
                + " there, sometimes above.",
            patches,
            patches,
            Math.log(patches)),
        "It may stay at the reference for the whole warm-up and then fall within few epochs. It can rise"
            + " again for a while: the teacher changes too, and patches that become distinct are harder"
            + " to match. Patches of a plain ground look alike, and nobody can tell them apart: it does"
            + " not come near 0.",
        "ConMIM predicts no pixels. The picture shows, for every masked patch, a mixture of the image's"
            + " patches by the probabilities that the model gives them.");
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    VitConfig vit = vit(config);
    ConMimOptions options = options(config);
    return switch (options.mask()) {
      case UNITS -> units(config, vit);
      case BLOCKS -> blocks(options, vit);
    };
  }

  private static MaskSampler units(RunConfig config, VitConfig vit) {
    return new SimMimMaskSampler(
        vit.gridHeight(), vit.gridWidth(), config.maskUnitInPatches(), config.masking().ratio());
  }

  private static MaskSampler blocks(ConMimOptions options, VitConfig vit) {
    try {
      return new BlockMaskSampler(
          vit.gridHeight(),
          vit.gridWidth(),
          options.blockPatches(),
          options.blockSmallest(),
          options.blockPatches(),
          options.blockAttempts());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("options.block_*: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<Photometric> secondView(RunConfig config) {
    return Optional.of(options(config).secondView());
  }

  @Override
  public Model build(RunConfig config, Parameters parameters) {
    return new ConMimModel(vit(config), options(config), parameters);
  }

  @Override
  public EncoderOutput encoder(
      RunConfig config,
      Parameters parameters,
      SDVariable images,
      SDVariable dropPath,
      boolean fineTuned) {
    VitConfig vit = vit(config);
    return new VisionTransformer(
            vit, VisionTransformer.Options.beit(vit, fineTuned), parameters, "")
        .encodeImages(images, dropPath);
  }

  private static ConMimOptions options(RunConfig config) {
    return ConfigLoader.options(config, ConMimOptions.class);
  }

  private static VitConfig vit(RunConfig config) {
    VitConfig vit = config.vit();
    if (vit.dropPath() != 0) {
      throw new IllegalArgumentException(
          "model.drop_path: "
              + vit.dropPath()
              + " must be 0; ConMIM drops no paths in pre-training");
    }
    return vit;
  }
}
