package dev.mto.engine.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.image.CenterCrop;
import dev.mto.models.VitConfig;

/**
 * Everything a run is made of. Written as {@code config.yaml} into the run's folder, it is enough
 * to repeat the run.
 *
 * @param baseline name of the method
 * @param options settings that only this baseline has, or null
 */
public record RunConfig(
    String baseline,
    ModelConfig model,
    DataConfig data,
    MaskingConfig masking,
    MtoConfig mto,
    TrainingConfig training,
    CheckpointConfig checkpoint,
    LogConfig log,
    @JsonInclude(JsonInclude.Include.NON_NULL) ObjectNode options) {

  /** Checks that no section was set to nothing. */
  public RunConfig {
    Rules.given("baseline", baseline);
    Rules.given("model", model);
    Rules.given("data", data);
    Rules.given("masking", masking);
    Rules.given("mto", mto);
    Rules.given("training", training);
    Rules.given("checkpoint", checkpoint);
    Rules.given("log", log);
  }

  /** The same run on other folders of images; null keeps the one that is configured. */
  public RunConfig withFolders(String train, String val) {
    return new RunConfig(
        baseline,
        model,
        data.withFolders(train, val),
        masking,
        mto,
        training,
        checkpoint,
        log,
        options);
  }

  /**
   * The size of the encoder.
   *
   * @throws IllegalArgumentException when it is not possible
   */
  public VitConfig vit() {
    return model.vit(data.channels());
  }

  /**
   * Side of the square units of patches that are masked together, in patches.
   *
   * @throws IllegalArgumentException when patches do not fill them
   */
  public int maskUnitInPatches() {
    int unit = masking.unit();
    int patch = vit().patch();
    if (unit % patch != 0) {
      throw new IllegalArgumentException(
          "masking.unit: " + unit + " must be a multiple of model.patch, " + patch);
    }
    return unit / patch;
  }

  /** How images are seen without augmentation. */
  public CenterCrop centreCrop() {
    return new CenterCrop(
        model.image().get(0),
        model.image().get(1),
        CenterCrop.USUAL_SHARE,
        data.interpolation(),
        data.normalization());
  }
}
