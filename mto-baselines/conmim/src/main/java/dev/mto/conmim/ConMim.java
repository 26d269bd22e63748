package dev.mto.conmim;

import dev.mto.data.image.Photometric;
import dev.mto.data.mask.BlockMaskSampler;
import dev.mto.data.mask.MaskSampler;
import dev.mto.data.mask.SimMimMaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.engine.Method;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import java.util.Optional;
import org.nd4j.autodiff.samediff.SameDiff;

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
  public MaskSampler masks(RunConfig config) {
    VitConfig vit = vit(config);
    ConMimOptions options = options(config);
    return switch (options.mask()) {
      case UNITS -> units(config, vit);
      case BLOCKS -> blocks(options, vit);
    };
  }

  private static MaskSampler units(RunConfig config, VitConfig vit) {
    int unit = config.masking().unit();
    if (unit % vit.patch() != 0) {
      throw new IllegalArgumentException(
          "masking.unit: " + unit + " must be a multiple of model.patch, " + vit.patch());
    }
    return new SimMimMaskSampler(
        vit.gridHeight(), vit.gridWidth(), unit / vit.patch(), config.masking().ratio());
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
  public Method build(SameDiff graph, RunConfig config, Parameters parameters) {
    VitConfig vit = vit(config);
    ConMimOptions options = options(config);
    Parameters teacher = parameters.copy(ConMimModel.TEACHER);
    return new ConMimMethod(
        ConMimModel.build(graph, vit, options, parameters, teacher),
        vit,
        options,
        parameters,
        teacher);
  }

  @Override
  public Encoder encoder(SameDiff graph, RunConfig config, Parameters parameters, EncoderUse use) {
    return Encoder.visionTransformer(graph, vit(config), parameters, "", use);
  }

  private static ConMimOptions options(RunConfig config) {
    return ConfigLoader.options(config, ConMimOptions.class);
  }

  private static VitConfig vit(RunConfig config) {
    VitConfig vit = config.model().vit(config.data().channels());
    if (vit.dropPath() != 0) {
      throw new IllegalArgumentException(
          "model.drop_path: "
              + vit.dropPath()
              + " must be 0; ConMIM drops no paths in pre-training");
    }
    return vit;
  }
}
