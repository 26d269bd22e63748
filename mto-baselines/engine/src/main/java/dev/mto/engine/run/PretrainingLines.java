package dev.mto.engine.run;

import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig;
import dev.mto.engine.folder.Provenance;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.RunLog;
import dev.mto.engine.graph.Images;
import dev.mto.engine.listeners.StepMetrics;
import dev.mto.models.VitConfig;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What a pre-training says to people: at its beginning, of steps and epochs, and at its end. */
record PretrainingLines(RunLog log, RunConfig config, RunFolder folder, Images images) {
  /** What is trained, on what, and where it can be watched. */
  void began(long allSteps) {
    VitConfig vit = config.vit();
    TrainingConfig training = config.training();
    log.line(
        "%s %s MTO on %d images: %d epochs, %d steps of %d images"
            .formatted(
                config.baseline(),
                config.mto().enabled() ? "with" : "without",
                images.train().size(),
                training.epochs(),
                allSteps,
                training.batch() * training.accumulate()));
    tellOf("data.train", images.train());
    tellOf("data.val", images.validation());
    log.line(
        "model: dim %d, depth %d, heads %d, %d patches; %s, %s threads; run folder %s"
            .formatted(
                vit.dim(),
                vit.depth(),
                vit.heads(),
                vit.patches(),
                Provenance.machine().get("device"),
                Provenance.machine().get("threads"),
                folder.home()));
    log.line("to watch it: " + folder.home().resolve("report.html"));
  }

  private void tellOf(String key, ImageFolder images) {
    Stream.ofNullable(images)
        .flatMap(folder -> Stream.of(folder.readAs(), folder.leftOutLine()))
        .flatMap(Optional::stream)
        .forEach(what -> log.line("%s: %s: %s".formatted(key, images.root(), what)));
  }

  void warnOfLoneToken() {
    if (config.mto().enabled() && images.visibleTokens() == 1) {
      log.line(
          "warning: masking.ratio "
              + config.masking().ratio()
              + " leaves one visible token: heterogeneity is 0 and L_e has no gradient; lower it");
    }
  }

  /** What was resumed, and from where. */
  void resumed(boolean found, long steps, List<String> changes) {
    log.line(
        found ? "resuming after step " + steps : "no checkpoint yet: starting again from step 0");
    changes.forEach(change -> log.line("from now on " + change));
  }

  void alreadyFinished() {
    log.line(
        "the run is finished: %d epochs; to go on with it give more by --set training.epochs=N"
            .formatted(config.training().epochs()));
  }

  /** Images that were left out, and where the report is of a run that has all epochs. */
  void ended(boolean done) {
    if (images.unreadable() > 0) {
      log.line(
          "%d images could not be read and were left out: %s"
              .formatted(
                  images.unreadable(),
                  folder.home().resolve(folder.badImages().getFileName().toString())));
    }
    if (done) {
      log.line("done: " + folder.home().resolve("report.html"));
    }
  }

  static String ofStep(StepMetrics row) {
    return String.format(
        Locale.ROOT,
        "loss %.4f (self-supervised %.4f), %.0f images/s",
        row.number("loss"),
        row.number("loss.ss"),
        row.number("images_per_second"));
  }

  /** Of an epoch by its last row. */
  static String ofEpoch(StepMetrics row) {
    StringBuilder line = new StringBuilder(ofStep(row));
    optional(line, row, "reference", "loss.reference", "%.4f");
    optional(line, row, "val loss", "val_loss", "%.4f");
    optional(line, row, "k-NN", "knn", "%.3f");
    row.heterogeneity()
        .forEach(
            (group, h) ->
                line.append(
                    String.format(
                        Locale.ROOT,
                        ", H%s %.3f … %.3f",
                        group.isEmpty() ? "" : " " + group,
                        h[0],
                        h[h.length - 1])));
    if (!row.heterogeneity().isEmpty()) {
      double bound = row.number("heterogeneity.bound");
      line.append(String.format(Locale.ROOT, " of ln V = %.3f nats", bound));
    }
    return line.toString();
  }

  private static void optional(
      StringBuilder line, StepMetrics row, String label, String name, String format) {
    double value = row.number(name);
    if (!Double.isNaN(value)) {
      line.append(", ").append(label).append(" ");
      line.append(String.format(Locale.ROOT, format, value));
    }
  }
}
