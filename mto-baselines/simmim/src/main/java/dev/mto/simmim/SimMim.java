package dev.mto.simmim;

import dev.mto.data.mask.MaskSampler;
import dev.mto.data.mask.SimMimMaskSampler;
import dev.mto.engine.Baseline;
import dev.mto.engine.Encoder;
import dev.mto.engine.EncoderUse;
import dev.mto.engine.Method;
import dev.mto.engine.config.RunConfig;
import dev.mto.models.Parameters;
import dev.mto.models.VitConfig;
import org.nd4j.autodiff.samediff.SameDiff;

/** SimMIM (Xie et al., CVPR 2022): the encoder sees mask tokens, a linear head predicts pixels. */
public final class SimMim implements Baseline {
  @Override
  public String name() {
    return "simmim";
  }

  @Override
  public MaskSampler masks(RunConfig config) {
    VitConfig vit = config.model().vit(config.data().channels());
    int unit = config.masking().unit();
    if (unit % vit.patch() != 0) {
      throw new IllegalArgumentException(
          "masking.unit: " + unit + " must be a multiple of model.patch, " + vit.patch());
    }
    return new SimMimMaskSampler(
        vit.gridHeight(), vit.gridWidth(), unit / vit.patch(), config.masking().ratio());
  }

  @Override
  public Method build(SameDiff graph, RunConfig config, Parameters parameters) {
    VitConfig vit = config.model().vit(config.data().channels());
    return new SimMimMethod(
        SimMimModel.build(graph, vit, parameters), vit, config.training().seed());
  }

  @Override
  public Encoder encoder(SameDiff graph, RunConfig config, Parameters parameters, EncoderUse use) {
    return Encoder.visionTransformer(
        graph, config.model().vit(config.data().channels()), parameters, SimMimModel.ENCODER, use);
  }
}
