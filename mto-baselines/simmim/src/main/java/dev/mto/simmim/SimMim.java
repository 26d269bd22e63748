package dev.mto.simmim;

import dev.mto.data.mask.MaskSampler;
import dev.mto.data.mask.SimMimMaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Model;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.EncoderOutput;
import dev.mto.models.Parameters;
import dev.mto.models.VisionTransformer;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SDVariable;

/** SimMIM (Xie et al., CVPR 2022): the encoder sees mask tokens, a linear head predicts pixels. */
public final class SimMim implements Baseline {
  @Override
  public String name() {
    return "simmim";
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    VitConfig vit = config.vit();
    return new SimMimMaskSampler(
        vit.gridHeight(), vit.gridWidth(), config.maskUnitInPatches(), config.masking().ratio());
  }

  @Override
  public Model build(RunConfig config, Parameters parameters) {
    return new SimMimModel(config.vit(), config.training().seed(), parameters);
  }

  @Override
  public EncoderOutput encoder(
      RunConfig config,
      Parameters parameters,
      SDVariable images,
      SDVariable dropPath,
      boolean fineTuned) {
    VitConfig vit = config.vit();
    return new VisionTransformer(
            vit, VisionTransformer.Options.beit(vit, fineTuned), parameters, SimMimModel.ENCODER)
        .encodeImages(images, dropPath);
  }
}
