package dev.mto.bench.evaluate;

import dev.mto.bench.weights.RunModel;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.weights.TrainedModel;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say which encoder is evaluated, and on which images. */
final class EvaluatedModel {
  @Mixin private RunModel model;

  @Option(
      names = "--train",
      paramLabel = "DIR",
      description = "Labelled training images (default: the configuration's data.train).")
  private String train;

  @Option(
      names = "--val",
      paramLabel = "DIR",
      description = "Labelled images to measure on (default: the configuration's data.val).")
  private String val;

  TrainedModel open() {
    return model.open();
  }

  /** The model's configuration, with the folders of images that were given. */
  RunConfig config(TrainedModel opened) {
    return opened.config().withFolders(train, val);
  }

  Path folder(String task) {
    return model.chosen().folder(task);
  }
}
