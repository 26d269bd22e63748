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
import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;

/** SimMIM (Xie et al., CVPR 2022): the encoder sees mask tokens, a linear head predicts pixels. */
public final class SimMim implements Baseline {
  @Override
  public String name() {
    return "simmim";
  }

  @Override
  public String title() {
    return "SimMIM";
  }

  @Override
  public List<String> aboutLoss(RunConfig config) {
    return List.of(
        "The loss is the mean absolute error of masked pixels, in units of data.std: 0.25 there is a"
            + " quarter of the deviation of a colour over the data set.",
        "The reference is the error of each image's mean over its visible pixels. A model that has"
            + " learnt anything is below it; with few images an epoch that can take several of them.",
        "It falls steeply at first, then by little for the rest of the run: an early plateau is"
            + " normal, and features go on changing under it. It ends well above 0, since the masked"
            + " content cannot be known; how far depends on the images. A user's log of the official"
            + " code on ImageNet-1K shows about 0.25 after two of 100 epochs.",
        "Predictions are blurred: of all that could stand in a place, the least absolute error is that"
            + " of the median.");
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
