package dev.mto.bench.init;

import dev.mto.data.folder.DatasetReport;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.folder.ByteCount;
import dev.mto.engine.folder.Durations;
import dev.mto.executor.kernels.KernelSets;
import java.io.File;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The commented configuration that {@code init} writes.
 *
 * @param file where it will be; folders of images are relative to its own where they are near
 * @param survey the images
 * @param point what to begin with
 */
record StartingFile(Path file, Survey survey, StartingPoint point) {
  private static final int KEPT = 3;
  private static final int MINUTES = 10;
  private static final double LEAST_DEVIATION = 1e-3;
  private static final double USUAL_BAD_SHARE = 0.01;
  private static final MathContext FOUR_DIGITS = new MathContext(4);

  /** The keys of the configuration, without comments of what was measured. */
  String keys(int batch) {
    StartingPoint.Blocks encoder = point.encoder();
    StartingPoint.Blocks decoder = point.decoder();
    return """
    baseline: mae
    model: { image: [%1$d, %1$d], patch: %2$d, dim: %3$d, depth: %4$d, heads: %5$d }
    options: { decoder_dim: %6$d, decoder_depth: %7$d, decoder_heads: %8$d }
    data:
      train: %9$s
      val: %10$s
      channels: %11$d
      mean: %12$s
      std: %13$s
      workers: %14$d
      crop_scale: [%15$s, 1.0]
      reduced_decoding: %16$s
      max_bad_share: %17$s
    mto: { schedule: { off: 0.5 } }   # ends half way (docs/losses.md); 1 for never
    training:
      epochs: %18$d
      batch: %19$d                # images in a micro-batch; halve it and double accumulate for less memory
      accumulate: %20$d           # micro-batches in a step: %21$d images together
      base_lr: %22$s
      lr_scale_batch: none
      warmup_epochs: %23$d
    checkpoint: { every_minutes: 10, every_epochs: %24$d, keep: %25$d }
    log: { knn_every_epochs: %26$d, pictures_every_epochs: %27$d }
    """
        .formatted(
            point.image(),
            point.patch(),
            encoder.dim(),
            encoder.depth(),
            encoder.heads(),
            decoder.dim(),
            decoder.depth(),
            decoder.heads(),
            path(survey.train()),
            survey.validation().map(this::path).orElse("null"),
            survey.channels(),
            numbers(survey.sample().mean(), 0),
            numbers(survey.sample().std(), LEAST_DEVIATION),
            Math.min(256, Runtime.getRuntime().availableProcessors()),
            point.smallestCrop(),
            survey.side() >= 4 * point.image(),
            shortened(badShare()),
            point.epochs(),
            batch,
            point.imagesPerStep() / batch,
            point.imagesPerStep(),
            point.learningRate(),
            point.warmupEpochs(),
            Math.max(1, point.epochs() / 4),
            KEPT,
            survey.comparable() ? point.tenth() : 0,
            point.tenth());
  }

  /** So many unreadable images that a run is not stopped by those that are known of. */
  private double badShare() {
    return Math.min(1, Math.max(USUAL_BAD_SHARE, 2 * survey.unreadableShare()));
  }

  /** Quoted for YAML, with / on every system. */
  private String path(ImageFolder images) {
    Path target = images.root().toAbsolutePath().normalize();
    Path from = file.toAbsolutePath().normalize().getParent();
    Path shown = target;
    if (target.getRoot().equals(from.getRoot())) {
      Path relative = from.relativize(target);
      boolean near = relative.getNameCount() < 3 || !relative.startsWith(Path.of("..", "..", ".."));
      shown = near ? relative : target;
    }
    String text = shown.toString();
    return "'"
        + (text.isEmpty() ? "." : text).replace(File.separatorChar, '/').replace("'", "''")
        + "'";
  }

  private static String numbers(List<Double> values, double least) {
    return values.stream()
        .map(value -> shortened(Math.max(least, value)))
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String shortened(double value) {
    return new BigDecimal(value).round(FOUR_DIGITS).stripTrailingZeros().toPlainString();
  }

  /** The whole file. */
  String text(Probe probe) {
    String comments =
        lines(probe).stream()
            .map(line -> ("# " + line.replaceAll("\\p{Cntrl}", " ")).strip() + "\n")
            .collect(Collectors.joining());
    return comments + keys(probe.batch());
  }

  /** What was found and measured, for people. */
  List<String> lines(Probe probe) {
    DatasetReport sample = survey.sample();
    List<String> lines = new ArrayList<>();
    lines.add("A first configuration for these images. It runs as it is:");
    lines.add("  ./mto pretrain --config " + file);
    lines.add("./mto config --explain KEY says what a key is; docs/settings.md lists them all.");
    lines.add("");
    lines.add("Images      " + counted(survey.train()) + "; validation: " + validation());
    lines.add(
        "Looked at   %d of them, %d unreadable; sizes %s to %s, median %s (height x width); %d channels"
            .formatted(
                sample.images(),
                sample.bad().size(),
                size(sample.smallest()),
                size(sample.largest()),
                size(sample.median()),
                survey.channels()));
    lines.add("            mean and std below are over all of their pixels");
    lines.add(
        "Model       %d patches of %d x %d pixels; encoder %s; decoder %s"
            .formatted(
                point.patches(), point.patch(), point.patch(), point.encoder(), point.decoder()));
    lines.add(
        "Time        about %s on this machine: %d epochs, %d images in all, at %s images a second"
            .formatted(
                Durations.of(seconds(probe)),
                point.epochs(),
                point.imagesInAll(survey.images()),
                shortened(probe.imagesPerSecond())));
    lines.add(
        "            (measured over %d images, with reading them, on %d processors; validation and"
                .formatted(probe.measured(), Runtime.getRuntime().availableProcessors())
            + " pictures come on top)");
    if (KernelSets.bfloat16() == KernelSets.Bfloat16.FAST) {
      lines.add(
          "            less with --set training.precision=bfloat16, which this processor multiplies");
    }
    lines.add(
        "Disk        at most %s: %d checkpoints of %s, beside logs and pictures"
            .formatted(
                ByteCount.of(mostCheckpoints() * probe.checkpointBytes()),
                mostCheckpoints(),
                ByteCount.of(probe.checkpointBytes())));
    lines.add(
        "Memory      about %s for a micro-batch of %d images"
            .formatted(ByteCount.of(probe.batch() * probe.bytesAnImage()), probe.batch()));
    lines.addAll(warnings());
    return lines;
  }

  /** What to know of images that are few, or damaged. */
  List<String> warnings() {
    List<String> lines = new ArrayList<>();
    if (survey.images() < StartingPoint.FEW) {
      lines.add("");
      lines.add(
          "WARNING: %d images are few; below about %d an encoder learns little that is of use."
              .formatted(survey.images(), StartingPoint.FEW));
      lines.add("What helps, most first:");
      lines.add("- more images: labels are not needed;");
      lines.add("- weights that others have trained: --init FILE, with their model's sizes here;");
      lines.add(
          "- a small model, strong cropping (crop_scale from 0.2) and many epochs: as below.");
    }
    if (survey.unreadableShare() > USUAL_BAD_SHARE) {
      lines.add("");
      lines.add(
          "WARNING: %s %% of the images that were looked at cannot be read; max_bad_share is raised"
                  .formatted(shortened(100 * survey.unreadableShare()))
              + " for them.");
      lines.add("./mto data check " + survey.train().root() + " names them all.");
    }
    return lines;
  }

  private static String counted(ImageFolder images) {
    return "%d in %s, %s"
        .formatted(
            images.size(),
            images.root(),
            images.labelled() ? images.classes().size() + " classes" : "without classes");
  }

  private String validation() {
    return survey
        .validation()
        .map(
            images ->
                counted(images)
                    + (survey.comparable() ? "" : " (no k-NN: not in the same classes)"))
        .orElse("none");
  }

  private double seconds(Probe probe) {
    return point.imagesInAll(survey.images()) / probe.imagesPerSecond();
  }

  private int mostCheckpoints() {
    return new RunConfig.Checkpoints(MINUTES, point.tenth(), KEPT).most(point.epochs());
  }

  private static String size(DatasetReport.Size size) {
    return size.height() + "x" + size.width();
  }

  /** For programs. */
  Map<String, Object> figures(Probe probe) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("config", file.toString());
    figures.put("images", survey.images());
    figures.put("classes", survey.train().classes().size());
    figures.put("validation_images", survey.validation().map(ImageFolder::size).orElse(0));
    figures.put("looked_at", survey.sample().images());
    figures.put("unreadable", survey.sample().bad().size());
    figures.put("channels", survey.channels());
    figures.put("mean", survey.sample().mean());
    figures.put("std", survey.sample().std());
    figures.put("images_per_second", probe.imagesPerSecond());
    figures.put("hours", seconds(probe) / 3600);
    figures.put("checkpoint_bytes", probe.checkpointBytes());
    figures.put("disk_bytes", mostCheckpoints() * probe.checkpointBytes());
    figures.put("memory_bytes", probe.batch() * probe.bytesAnImage());
    figures.put("few_images", survey.images() < StartingPoint.FEW);
    return figures;
  }
}
