package dev.mto.bench.predict;

import dev.mto.engine.command.DeviceOption;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.encoder.Scores;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.StopSignal;
import dev.mto.evaluation.TrainedClassifier;
import dev.mto.evaluation.predict.PredictedImages;
import dev.mto.evaluation.predict.PredictionSummary;
import dev.mto.evaluation.predict.Predictor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code predict}. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says which classes images are of, by a classifier that evaluate finetune, linear or attentive"
          + " has trained: a row of path, class and probability for each image. Where images lie in"
          + " the folders of their classes, the accuracy is printed too.",
      "Images that cannot be read are listed and left out. The file is written whole or, after"
          + " Ctrl-C, not at all."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto predict --job runs/mae-tiny/evaluate/finetune --images photos --out classes.csv",
      "  ./mto predict --job runs/mae-tiny/evaluate/finetune --images photo.jpg --out photo.json \\",
      "      --top 5",
      "  ./mto predict --job runs/mae-tiny/evaluate/linear --images data/fashion-mini/val \\",
      "      --out val.csv --json figures.json"
    })
public final class PredictCommand implements Callable<Integer> {
  @Option(
      names = "--job",
      required = true,
      paramLabel = "DIR",
      description = "Folder of a job of evaluate finetune, linear or attentive.")
  private Path job;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|FILE|LIST",
      description =
          "A folder of images, flat or in class folders; an image; or a text file with the path of"
              + " an image on each line, relative ones from its own folder.")
  private Path images;

  @Option(
      names = {"-o", "--out"},
      required = true,
      paramLabel = "FILE",
      description = "Receives the predictions: JSON if it ends in .json, else CSV.")
  private Path out;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "1",
      description =
          "How many classes of each image, most likely first (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--best",
      description =
          "The weights of the epoch that was best on the validation images, instead of the last.")
  private boolean best;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "64",
      description = "Images at a time (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that read images (default: the configuration's data.workers).")
  private Integer workers;

  @Mixin DeviceOption device = new DeviceOption();
  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() {
    requireFolder(out);
    Consumer<String> warn = System.err::println;
    try (TrainedClassifier classifier = TrainedClassifier.ofJob(job, best, warn)) {
      return predict(classifier);
    }
  }

  private int predict(TrainedClassifier classifier) {
    int readers = workers == null ? classifier.config().data().workers() : workers;
    Predictor predictor = new Predictor(classifier, batch, readers, top);
    PredictedImages opened = PredictedImages.open(images, classifier.classes());
    System.out.printf(
        "%s (%s of %s, %d classes): %d images%n",
        classifier.name(),
        classifier.description().task(),
        classifier.config().baseline(),
        classifier.classes().size(),
        opened.folder().size());
    Optional<PredictionSummary> summary =
        predictor.run(opened, out, System.out, System.err::println);
    if (summary.isEmpty()) {
      System.out.println("stopped; nothing was written");
      return StopSignal.EXIT_CODE;
    }
    tell(summary.get(), opened.note());
    json.write(figures(classifier, summary.get()));
    return 0;
  }

  private static void requireFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new UserException(file + ": there is no folder " + folder + "; make it first");
    }
    if (Files.isDirectory(file)) {
      throw new UserException(file + ": a folder; give the name of a file in it to --out");
    }
  }

  private void tell(PredictionSummary summary, String note) {
    if (summary.unreadable() > 0) {
      System.out.printf("%d images could not be read and were left out%n", summary.unreadable());
    }
    if (note != null) {
      System.out.println(note);
    }
    Scores scores = summary.scores();
    if (scores != null) {
      System.out.printf(
          Locale.ROOT,
          "by the images' folders: top-1 %.2f %%, top-5 %.2f %%%n",
          100 * scores.top1(),
          100 * scores.top5());
    }
    System.out.printf("wrote %s: %d predictions%n", out, summary.images());
  }

  private Map<String, Object> figures(TrainedClassifier classifier, PredictionSummary summary) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("job", job.toString());
    figures.put("task", classifier.description().task());
    figures.put("weights", best ? "best" : "last");
    figures.put("images", summary.images());
    figures.put("unreadable", summary.unreadable());
    figures.put("classes", classifier.classes());
    if (summary.scores() != null) {
      figures.put("top1", summary.scores().top1());
      figures.put("top5", summary.scores().top5());
      figures.put("confusion", summary.scores().confusion());
    }
    return figures;
  }
}
