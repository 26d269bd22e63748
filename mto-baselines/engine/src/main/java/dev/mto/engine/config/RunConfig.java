package dev.mto.engine.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mto.data.image.CenterCrop;
import dev.mto.data.storage.Locations;
import dev.mto.models.VitConfig;
import java.nio.file.Path;

/**
 * Everything a run is made of. Written as {@code config.yaml} into the run's folder, it is enough
 * to repeat the run.
 */
public record RunConfig(
    @Setting(
            value = "The method: each brings its recipe, which gives every key a default.",
            range = "simmim, mae, bootmae, conmim, or one of a plugin")
        String baseline,
    @Setting("The Vision Transformer to train.") ModelConfig model,
    @Setting("The images and how they are augmented.") DataConfig data,
    @Setting("What is masked.") Masking masking,
    @Setting("Masked Token Optimization.") MtoConfig mto,
    @Setting("The training recipe.") TrainingConfig training,
    @Setting("When the run is saved, beside at its end and on Ctrl-C.") Checkpoints checkpoint,
    @Setting("What is measured beside the loss, and how often.") Log log,
    @Setting("What only the method has.") @JsonInclude(JsonInclude.Include.NON_NULL)
        ObjectNode options) {

  /** What is masked. */
  public record Masking(
      @Setting(
              value = "Share of the patches that is masked.",
              unit = "share of the patches",
              range = "between 0 and 1, exclusive")
          double ratio,
      @Setting(
              value =
                  "Side of the square units that are masked together; MAE and BootMAE mask single"
                      + " patches and ignore it.",
              unit = "pixels",
              range = "a multiple of model.patch")
          int unit) {
    /** Checks that something is masked and something stays visible. */
    public Masking {
      Rules.require(ratio > 0 && ratio < 1, "masking.ratio", ratio, "between 0 and 1, exclusive");
      Rules.positive("masking.unit", unit);
    }
  }

  /** When the run is saved. It is always saved at its end and on Ctrl-C. */
  public record Checkpoints(
      @Setting(
              value = "Minutes between saves of the last state.",
              unit = "minutes",
              range = Rules.POSITIVE)
          double everyMinutes,
      @Setting(
              value = "Epochs between checkpoints that are kept beside the last; 0 for none.",
              unit = "epochs",
              range = Rules.NOT_NEGATIVE)
          int everyEpochs,
      @Setting(
              value = "How many of those are kept; older ones are removed.",
              unit = "checkpoints",
              range = Rules.POSITIVE)
          int keep) {
    /** Checks ranges. */
    public Checkpoints {
      Rules.positive("checkpoint.every_minutes", everyMinutes);
      Rules.notNegative("checkpoint.every_epochs", everyEpochs);
      Rules.positive("checkpoint.keep", keep);
    }

    /**
     * Checkpoints that lie in the folder of a run of so many epochs at most: kept ones, the last,
     * and one being made.
     */
    public int most(int epochs) {
      long numbered = everyEpochs == 0 ? 0 : ((long) epochs + everyEpochs - 1) / everyEpochs;
      return (int) Math.min(keep, numbered) + 2;
    }
  }

  /** What is measured beside the loss, and how often. */
  public record Log(
      @Setting(
              value =
                  "Steps between measurements of heterogeneity while MTO is off, and of the mask"
                      + " token's norm and cosine always; 0 for never.",
              unit = "steps",
              range = Rules.NOT_NEGATIVE)
          int heterogeneityEvery,
      @Setting(
              value = "Epochs between k-NN accuracies on labelled data; 0 for never.",
              unit = "epochs",
              range = Rules.NOT_NEGATIVE)
          int knnEveryEpochs,
      @Setting(
              value = "Epochs between pictures of reconstructions; 0 for no pictures at all.",
              unit = "epochs",
              range = Rules.NOT_NEGATIVE)
          int picturesEveryEpochs,
      @Setting(
              value =
                  "Seconds between renewals of report.html while the run goes on, at least; 30 where it"
                      + " is not given, as in runs begun before this key existed.",
              unit = "seconds",
              range = Rules.POSITIVE)
          Integer reportEverySeconds,
      @Setting(
              value =
                  "Steps between measurements of the gradient of each loss of MTO by itself: its norm,"
                      + " and its cosine with the self-supervised loss's. Each takes the time of"
                      + " about four steps more; 0 for never.",
              unit = "steps",
              range = Rules.NOT_NEGATIVE)
          Integer mtoGradientsEvery,
      @Setting(
              "Which masks the self-supervised loss of validation images is measured under: run (the"
                  + " method's, by the run's seed), method (the method's, the same for every seed and"
                  + " batch), common (single patches, the same for every method that masks as many). All"
                  + " are the same in every epoch. A number under one is not comparable with one under"
                  + " another.")
          ValidationMasks validationMasks) {
    private static final int USUAL_SECONDS = 30;

    /** Masks of validation images. */
    public enum ValidationMasks {
      /** The method's own, by the run's seed. */
      RUN,
      /** The method's own, the same for every seed and size of a batch. */
      METHOD,
      /** Single patches, the same for every method that masks as many. */
      COMMON
    }

    /** Checks ranges. */
    public Log {
      Rules.notNegative("log.heterogeneity_every", heterogeneityEvery);
      Rules.notNegative("log.knn_every_epochs", knnEveryEpochs);
      Rules.notNegative("log.pictures_every_epochs", picturesEveryEpochs);
      reportEverySeconds = reportEverySeconds == null ? USUAL_SECONDS : reportEverySeconds;
      mtoGradientsEvery = mtoGradientsEvery == null ? 0 : mtoGradientsEvery;
      Rules.positive("log.report_every_seconds", reportEverySeconds);
      Rules.notNegative("log.mto_gradients_every", mtoGradientsEvery);
      validationMasks = validationMasks == null ? ValidationMasks.RUN : validationMasks;
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
    return with(data.withFolders(train, val));
  }

  private RunConfig with(DataConfig other) {
    return new RunConfig(baseline, model, other, masking, mto, training, checkpoint, log, options);
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

  /** The same with paths that mean the same wherever a process runs. */
  public RunConfig withAbsolutePaths() {
    return with(data.withPaths(RunConfig::absolute));
  }

  private static String absolute(String folder) {
    return Locations.isAddress(folder)
        ? folder
        : Path.of(folder).toAbsolutePath().normalize().toString();
  }

  /** The same in another precision. */
  public RunConfig withPrecision(TrainingConfig.Precision precision) {
    return new RunConfig(
        baseline,
        model,
        data,
        masking,
        mto,
        training.withPrecision(precision),
        checkpoint,
        log,
        options);
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
