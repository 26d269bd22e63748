package dev.mto.bench;

import static dev.mto.engine.testing.CommandRun.arguments;
import static dev.mto.engine.testing.CommandRun.joined;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A classifier that is trained for a few steps on an official checkpoint: far from perfect, so that
 * its mistakes tell its weights from others.
 *
 * @param folder of the job
 * @param val the images that it was measured on
 */
public record TrainedJob(Path folder, Path val) {
  private static final String FINE_TUNING =
      """
      epochs: 2
      batch: 12
      accumulate: 1
      lr_scale_batch: none
      warmup_epochs: 0
      base_lr: 2.0e-3
      drop_path: 0.2
      head_std: 0.02
      weight_average: 0.9
      """;

  private static final String PROBE =
      """
      epochs: 2
      batch: 12
      accumulate: 1
      lr_scale_batch: none
      warmup_epochs: 0
      base_lr: 0.3
      """;

  /** {@code evaluate finetune}, with settings of the recipe. */
  public static TrainedJob fineTuned(OfficialCheckpoint of, Path folder, String... settings)
      throws IOException {
    return train(of, "finetune", folder, FINE_TUNING, settings);
  }

  /** {@code evaluate linear}, with settings of the recipe. */
  public static TrainedJob probed(OfficialCheckpoint of, Path folder, String... settings)
      throws IOException {
    return train(of, "linear", folder, PROBE, settings);
  }

  /** {@code evaluate attentive}, with settings of the recipe. */
  public static TrainedJob attended(OfficialCheckpoint of, Path folder, String... settings)
      throws IOException {
    return train(of, "attentive", folder, PROBE.replace("0.3", "0.003"), settings);
  }

  /** {@code evaluate linear --cached}, kept. */
  public static TrainedJob solved(OfficialCheckpoint of, Path folder, String... more)
      throws IOException {
    return run(of, "linear", folder, joined(arguments("--cached --twins 0 --c 0.003"), more));
  }

  private static TrainedJob train(
      OfficialCheckpoint of, String task, Path folder, String recipe, String... settings)
      throws IOException {
    Path file = Files.writeString(Files.createTempFile(folder, "recipe", ".yaml"), recipe);
    String[] more = arguments("--recipe %s", file);
    for (String setting : settings) {
      more = joined(more, "--recipe-set", setting);
    }
    return run(of, task, folder, more);
  }

  private static TrainedJob run(OfficialCheckpoint of, String task, Path folder, String... more)
      throws IOException {
    Path val = ColouredImages.write(folder.resolve("val"), 10, 2);
    Files.move(val.resolve("class0/7.png"), val.resolve("class1/mislabelled.png"));
    TrainedJob job = new TrainedJob(folder.resolve("job"), val);
    Execution.of(
            joined(
                arguments(
                    "evaluate %s --weights %s --config %s --train %s --val %s --out %s",
                    task,
                    of.file(),
                    of.config(folder),
                    ColouredImages.write(folder.resolve("train"), 12, 1),
                    val,
                    job.folder()),
                more))
        .assertDone();
    return job;
  }
}
