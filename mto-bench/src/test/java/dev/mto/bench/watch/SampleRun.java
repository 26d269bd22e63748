package dev.mto.bench.watch;

import dev.mto.engine.Baselines;
import dev.mto.engine.config.ConfigLoader;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** The folder of a run that logged some steps, without having trained. */
final class SampleRun {
  private static final int STEPS = 120;

  private SampleRun() {}

  /**
   * Makes it from {@code configs/NAME.yaml}, 6 of whose 20 epochs are done.
   *
   * @param name of the configuration: quickstart, or mae-tiny, which has MTO in one group, too
   */
  static Path make(Path folder, String name) throws IOException {
    Files.createDirectories(folder.resolve("pictures"));
    Files.writeString(
        folder.resolve("config.yaml"),
        ConfigLoader.write(
            ConfigLoader.load(
                Path.of("../configs/" + name + ".yaml"),
                List.of("training.epochs=20"),
                baseline -> Baselines.named(baseline).recipe())));
    Files.writeString(
        folder.resolve("provenance.json"),
        "{\"started\":\"2026-01-02T03:04:05Z\",\"data.train.images\":1000}");
    StringBuilder rows = new StringBuilder();
    for (int step = 1; step <= STEPS; step++) {
      rows.append(row(step));
    }
    Files.writeString(folder.resolve("metrics.jsonl"), rows);
    picture(folder.resolve("pictures/reconstruction-0002.png"), 700, 1400);
    picture(folder.resolve("pictures/reconstruction-0004.png"), 700, 1400);
    picture(folder.resolve("pictures/affinity-0004.png"), 1500, 330);
    return folder;
  }

  private static String row(int step) {
    double done = (double) step / STEPS;
    String knn = step % 40 == 0 ? ",\"knn\":0.43,\"val_loss\":%f".formatted(0.7 - 0.2 * done) : "";
    return String.format(
        Locale.ROOT,
        "{\"step\":%d,\"epoch\":%f,\"loss\":%f,\"loss.ss\":%f,\"loss.reference\":0.86,\"loss.spa\":%f,"
            + "\"loss.e\":0.3146,\"loss.r\":%f,\"mask_token_norm\":0.2,\"mask_visible_cosine\":0.1,"
            + "\"heterogeneity\":[3.178,%f,%f,%f,%f],\"heterogeneity.bound\":3.178054,"
            + "\"lr\":%g,\"grad_norm\":%f,\"images_per_second\":%f%s}%n",
        step,
        step / 20.0,
        0.9 - 0.3 * done,
        0.88 - 0.3 * done,
        3 - done,
        2.77 - done,
        3.1 - 0.2 * done,
        3 - 0.5 * done,
        2.9 - done,
        2.8 - 2 * done,
        1.5e-3 * done,
        0.01 + 90 * done,
        100 + 3 * Math.sin(step),
        knn);
  }

  private static void picture(Path file, int width, int height) throws IOException {
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
  }
}
