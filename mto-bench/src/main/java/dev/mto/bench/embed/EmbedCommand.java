package dev.mto.bench.embed;

import dev.mto.bench.evaluate.FeatureOptions;
import dev.mto.bench.weights.RunModel;
import dev.mto.engine.command.JsonOutput;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.StopSignal;
import dev.mto.evaluation.embed.EmbeddingJob;
import dev.mto.evaluation.embed.EmbeddingTarget;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code embed}. */
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes one vector for each image: the features that evaluate knn compares, of centre crops."
          + " No labels and no class folders are needed.",
      "Unreadable images are listed in OUT.bad-images.txt and have no vector. Rows that are computed"
          + " are kept in OUT.parts and saved every few seconds; after Ctrl-C or a kill, --resume goes"
          + " on and ends with the same file, which appears whole or not at all."
    },
    footer = {
      "",
      "Examples:",
      "  ./mto embed --weights builtin:mae-tiny --images photos --out photos.parquet",
      "  ./mto embed --run runs/mae-tiny --images photos --out photos.csv --feature class",
      "  ./mto embed --run runs/mae-tiny --images list.txt --out photos.npy --block 3",
      "  ./mto embed --weights mae.safetensors --config configs/mae-vit-base.yaml --images photos \\",
      "      --index photos.index",
      "Then:",
      "  ./mto search --index photos.index --image query.jpg --out near.png"
    })
public final class EmbedCommand implements Callable<Integer> {
  @Mixin private RunModel model;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "DIR|LIST",
      description =
          "A folder of images at any depth, or a text file with a path a line, found from the file's"
              + " own folder or from the present one.")
  private Path images;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description =
          "The file to write: .parquet (columns path and vector), .csv (path, v0, v1 ...), or .npy"
              + " (float32, with the paths in FILE.paths.txt, one a line).")
  private Path out;

  @Option(
      names = "--index",
      paramLabel = "DIR",
      description =
          "Instead of a file: the folder of an index for mto search (vectors.npy, paths.txt,"
              + " index.json).")
  private Path index;

  @Mixin private FeatureOptions feature;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images in a batch (default: training.batch of the model's configuration).")
  private Integer batch;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads that read and decode images (default: one a processor).")
  private int workers = Runtime.getRuntime().availableProcessors();

  @Option(names = "--resume", description = "Goes on with what was stopped or killed.")
  private boolean resume;

  @Option(
      names = "--force",
      description = "Begins anew, and replaces what is there when all is computed.")
  private boolean force;

  @Mixin private JsonOutput json = new JsonOutput();

  @Override
  public Integer call() {
    EmbeddingTarget target = target();
    if (!mustRun(target)) {
      System.out.println(
          target.path() + ": is there whole; of which images and encoder it is was not looked at");
      json.write(Map.of("out", target.path().toString(), "was_done", true));
      return 0;
    }
    EmbeddingJob job = job();
    System.out.printf(
        "embedding %,d images of %s by %s: %s%n",
        job.images().size(), images, job.model().name(), job.feature().describe());
    job.images().leftOutLine().ifPresent(line -> System.out.println("  " + line));
    Optional<EmbeddingJob.Result> result = job.run(target, resume, workers, System.out);
    result.ifPresent(done -> say(target, done));
    result.ifPresent(json::write);
    return result.isPresent() ? 0 : StopSignal.EXIT_CODE;
  }

  private EmbeddingTarget target() {
    if ((out == null) == (index == null)) {
      throw new UserException("give either --out FILE or --index DIR");
    }
    if (workers < 1) {
      throw new UserException("--workers " + workers + ": must be at least 1");
    }
    EmbeddingTarget target = out == null ? EmbeddingTarget.index(index) : EmbeddingTarget.file(out);
    target.check();
    return target;
  }

  /** Whether there is anything to do; refuses to overwrite what nobody said is to go. */
  private boolean mustRun(EmbeddingTarget target) {
    if (resume && force) {
      throw new UserException("--resume and --force: going on is not beginning anew; give one");
    }
    if (resume) {
      return target.begun() || !target.finished();
    }
    if (!force && target.finished()) {
      throw new UserException(target.path() + ": is there already; add --force to replace it");
    }
    if (!force && target.begun()) {
      throw new UserException(
          target.path()
              + ": was begun and stopped; add --resume to go on, or --force to begin anew");
    }
    return true;
  }

  private EmbeddingJob job() {
    FeatureKind kind = feature.kind();
    EmbeddingJob job = EmbeddingJob.of(model.open(), images, kind);
    return batch == null ? job : job.withBatch(batch);
  }

  private static void say(EmbeddingTarget target, EmbeddingJob.Result done) {
    System.out.printf(
        "wrote %s: %,d vectors of %,d values%n", target.path(), done.vectors(), done.dim());
    if (target.format() == EmbeddingTarget.Format.NPY) {
      System.out.printf("wrote %s: their paths, in the same order%n", target.paths());
    }
    if (done.unreadable() > 0) {
      System.out.printf(
          "%,d %s could not be read: %s%n",
          done.unreadable(), done.unreadable() == 1 ? "image" : "images", target.badImages());
    }
  }
}
