package dev.mto.bench;

import dev.mto.bench.weights.ChosenModel;
import dev.mto.engine.analysis.RunAnalysis;
import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.weights.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that say what is analyzed, on which device, and where pictures go. */
final class AnalyzedWeights {
  @Mixin private ChosenModel model;
  @Mixin DeviceOption device;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Images to look at (default: the configuration's data.val, or data.train).")
  private String images;

  @Option(
      names = "--out",
      defaultValue = "pictures",
      paramLabel = "DIR",
      description = "Where pictures go (default: ${DEFAULT-VALUE}).")
  private Path out;

  Path out() {
    return out;
  }

  RunAnalysis open() throws IOException {
    TrainedModel opened = model.open();
    Files.createDirectories(out);
    Path unreadable = out.resolve("unreadable-images.txt"); // of these images alone
    Files.deleteIfExists(unreadable);
    RunAnalysis analysis =
        new RunAnalysis(opened, opened.config().withFolders(null, images), unreadable);
    analysis.leftOut().ifPresent(System.out::println);
    return analysis;
  }
}
