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
    Masking masking,
    MtoConfig mto,
    TrainingConfig training,
    Checkpoints checkpoint,
    Log log,
    @JsonInclude(JsonInclude.Include.NON_NULL) ObjectNode options) {

  /**
   * What is masked.
   *
   * @param ratio share of the image that is masked
   * @param unit side of a mask unit in pixels, a multiple of the patch
   */
  public record Masking(double ratio, int unit) {
    /** Checks that something is masked and something stays visible. */
    public Masking {
      Rules.require(ratio > 0 && ratio < 1, "masking.ratio", ratio, "between 0 and 1, exclusive");
      Rules.positive("masking.unit", unit);
    }
  }

  /**
   * When the run is saved. It is always saved at its end and on Ctrl-C.
   *
   * @param everyMinutes minutes between saves of {@code last}
   * @param everyEpochs epochs between the checkpoints that are kept, 0 for none
   * @param keep how many of those are kept
   */
  public record Checkpoints(double everyMinutes, int everyEpochs, int keep) {
    /** Checks ranges. */
    public Checkpoints {
      Rules.positive("checkpoint.every_minutes", everyMinutes);
      Rules.notNegative("checkpoint.every_epochs", everyEpochs);
      Rules.positive("checkpoint.keep", keep);
    }
  }

  /**
   * What is measured beside the loss, and how often.
   *
   * @param heterogeneityEvery steps between measurements of heterogeneity while MTO is off, and of
   *     the mask token's norm and cosine always; 0 for never
   * @param knnEveryEpochs epochs between k-NN accuracies on labelled data; 0 for never
   * @param picturesEveryEpochs epochs between pictures of reconstructions; 0 for never
   * @param reportEverySeconds seconds between renewals of {@code report.html} at least; the usual
   *     where it is not given, as in runs begun before this key existed
   */
  public record Log(
      int heterogeneityEvery,
      int knnEveryEpochs,
      int picturesEveryEpochs,
      Integer reportEverySeconds) {
    private static final int USUAL_SECONDS = 30;

    /** Checks ranges. */
    public Log {
      Rules.notNegative("log.heterogeneity_every", heterogeneityEvery);
      Rules.notNegative("log.knn_every_epochs", knnEveryEpochs);
      Rules.notNegative("log.pictures_every_epochs", picturesEveryEpochs);
      reportEverySeconds = reportEverySeconds == null ? USUAL_SECONDS : reportEverySeconds;
      Rules.positive("log.report_every_seconds", reportEverySeconds);
    }
  }

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

  /** The same with another seed of everything random. */
  public RunConfig withSeed(long seed) {
    return new RunConfig(
        baseline, model, data, masking, mto, training.withSeed(seed), checkpoint, log, options);
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
