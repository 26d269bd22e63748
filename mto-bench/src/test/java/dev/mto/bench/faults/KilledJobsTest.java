package dev.mto.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.bench.ColouredImages;
import dev.mto.engine.testing.TinyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jobs as processes of their own that are killed at random moments, from their start to their last
 * picture, some by a power cut and some politely, and resumed until they end: the same to the bit
 * as those that nobody disturbed. {@code -Dmto.faults.kills=50} makes it long and adds jobs, {@code
 * -Dmto.faults.seed} repeats one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KilledJobsTest {
  private static final int KILLS = Integer.getInteger("mto.faults.kills", 2);
  private static final long SEED = Long.getLong("mto.faults.seed", 1);
  private static final String ONLY = System.getProperty("mto.faults.job", "");
  private static final int STOPPED = 130;

  /** Of the jobs those that are tried in each build: a pre-training and a job on its encoder. */
  private static final List<Integer> QUICK = List.of(0, 2);

  /**
   * A job.
   *
   * @param arguments of its command line, without those that name its folder
   * @param result what its folder holds at the end, as far as it may not differ
   */
  record Job(String name, List<String> arguments, Result result) {
    List<String> in(Path folder) {
      return Stream.concat(arguments.stream(), Stream.of("--out", folder.toString())).toList();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** What a folder holds. */
  private interface Result {
    List<Object> of(Path folder) throws IOException;
  }

  private Path root;

  @BeforeAll
  void writeTheImagesAndARun(@TempDir Path folder) throws IOException, InterruptedException {
    root = folder;
    ColouredImages.write(root.resolve("train"), 8, 1);
    ColouredImages.write(root.resolve("val"), 4, 2);
    Files.writeString(
        root.resolve("mae.yaml"),
        """
        baseline: mae
        model: { preset: vit-tiny, image: [32, 32], patch: 8, dim: 32, depth: 1, heads: 2 }
        options: { decoder_dim: 32, decoder_depth: 1, decoder_heads: 2 }
        data: { train: %1$s/train, val: %1$s/val, workers: 1 }
        training: { epochs: 3, batch: 6, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }
        checkpoint: { every_minutes: 0.0000001, every_epochs: 2, keep: 1 }
        log: { pictures_every_epochs: 2, knn_every_epochs: 1 }
        """
            .formatted(root));
    Files.writeString(
        root.resolve("classifier.yaml"),
        "{ epochs: 4, batch: 6, accumulate: 1, lr_scale_batch: none, warmup_epochs: 0 }\n");
    Files.writeString(
        root.resolve("study.yaml"),
        """
        name: killed
        data: { pretrain: %1$s/train, train: %1$s/train, test: %1$s/val }
        baselines: { mae: %1$s/mae.yaml }
        variants: { none: [mto.enabled=false], mto: [] }
        grid: [ { baselines: [mae], variants: [none, mto], seeds: [1] } ]
        measures:
          finetune: { recipe: %1$s/classifier.yaml, epochs: [3] }
          knn: { epochs: [3] }
        """
            .formatted(root));
    assertThat(start(jobs().get(0), root.resolve("trained")).code()).isZero();
  }

  List<Job> jobs() {
    Result pretrained = folder -> List.of(rows(folder), bytes(folder, "checkpoints/last"));
    Result classifier =
        folder ->
            List.of(
                bytes(folder, "checkpoints/last"), Files.readString(folder.resolve("result.json")));
    return List.of(
        new Job("pretrain", words("pretrain --resume --config %s/mae.yaml"), pretrained),
        new Job(
            "pretrain with one step an epoch",
            words("pretrain --resume --config %s/mae.yaml --set training.batch=24"),
            pretrained),
        new Job(
            "finetune",
            words("evaluate finetune --resume --run %s/trained --recipe %s/classifier.yaml"),
            classifier),
        new Job(
            "linear",
            words("evaluate linear --resume --run %s/trained --recipe %s/classifier.yaml"),
            classifier));
  }

  /** Processes of processes: the study or one of its cells is killed. */
  Job study() {
    return new Job(
        "study",
        words("study %s/study.yaml"),
        folder -> List.of(Files.readAllLines(folder.resolve("results.csv"))));
  }

  Stream<Job> allJobs() {
    boolean quick = KILLS <= 2 && ONLY.isEmpty();
    Stream<Job> jobs =
        quick
            ? QUICK.stream().map(jobs()::get)
            : Stream.concat(jobs().stream(), Stream.of(study()));
    return jobs.filter(job -> ONLY.isEmpty() || job.name().equals(ONLY));
  }

  private List<String> words(String line) {
    return Arrays.asList(line.replace("%s", root.toString()).split(" "));
  }

  @ParameterizedTest
  @MethodSource("allJobs")
  @Execution(ExecutionMode.CONCURRENT)
  void aJobThatIsKilledAgainAndAgainEndsAsIfItHadNotBeen(Job job)
      throws IOException, InterruptedException {
    long began = System.nanoTime();
    Path whole = root.resolve(job + " whole");
    assertThat(start(job, whole).code()).isZero();
    List<Object> expected = job.result().of(whole);
    double seconds = (System.nanoTime() - began) / 1e9;
    Random random = new Random(SEED + job.name().hashCode());
    int kills = 0;
    for (int chain = 0; kills < KILLS; chain++) {
      Path folder = root.resolve(job + " " + chain);
      boolean ended = false;
      while (!ended && kills < KILLS) {
        ended = !killed(start(job, folder), moment(folder, seconds, random), random);
        kills += ended ? 0 : 1;
      }
      assertThat(start(job, folder).code()).as(() -> console(folder)).isZero();
      assertThat(job.result().of(folder)).as(() -> console(folder)).isEqualTo(expected);
      assertThat(temporary(folder)).isEmpty();
    }
    System.out.printf("%s: %d kills, all ended as undisturbed%n", job, kills);
  }

  /** After a random time, or as soon as a random kind of file is being written. */
  private static BooleanSupplier moment(Path folder, double seconds, Random random) {
    long at = System.nanoTime() + (long) (random.nextDouble() * seconds * 1e9);
    BooleanSupplier[] moments = {
      () -> System.nanoTime() > at,
      () -> System.nanoTime() > at && isWritten(folder, "checkpoints"),
      () -> files(folder).stream().anyMatch(KilledJobsTest::beginsARun),
      () -> isWritten(folder, "pictures")
    };
    return moments[random.nextInt(8) % moments.length];
  }

  /** Whether a file is being written in a folder whose name begins so. */
  private static boolean isWritten(Path folder, String name) {
    return temporary(folder).stream()
        .anyMatch(file -> file.getParent().getFileName().toString().startsWith(name));
  }

  private static boolean beginsARun(Path file) {
    return file.endsWith("train.log") && Files.notExists(file.resolveSibling("config.yaml"));
  }

  /** Whether it was killed; otherwise it has come to its end. */
  private static boolean killed(JobProcess job, BooleanSupplier moment, Random random)
      throws IOException, InterruptedException {
    boolean politely = random.nextInt(3) == 0;
    if (!job.reaches(moment)) {
      assertThat(job.code()).as(() -> console(job)).isZero();
      return false;
    }
    if (!politely) {
      oneOf(job, random).destroyForcibly();
      job.code();
      return true;
    }
    job.process().destroy();
    assertThat(job.code())
        .as(() -> console(job))
        .isIn(0, STOPPED, 143); // done already; saved; nothing to save yet
    return job.code() != 0;
  }

  /** The process or one that it has started. */
  private static ProcessHandle oneOf(JobProcess job, Random random) {
    List<ProcessHandle> all =
        Stream.concat(Stream.of(job.process().toHandle()), job.process().descendants()).toList();
    return all.get(random.nextInt(all.size()));
  }

  private JobProcess start(Job job, Path folder) throws IOException {
    return JobProcess.start(
        job.in(folder), folder.resolveSibling(folder.getFileName() + ".console"));
  }

  private static String console(JobProcess job) {
    try {
      return Files.readString(job.console());
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String console(Path folder) {
    return console(new JobProcess(null, folder.resolveSibling(folder.getFileName() + ".console")));
  }

  private static List<JsonNode> rows(Path folder) {
    return TinyRun.metrics(folder);
  }

  private static String bytes(Path folder, String checkpoint) throws IOException {
    return Arrays.toString(Files.readAllBytes(folder.resolve(checkpoint + ".safetensors")));
  }

  private static List<Path> temporary(Path folder) {
    return files(folder).stream().filter(file -> file.toString().endsWith(".tmp")).toList();
  }

  private static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.toList();
    } catch (IOException | java.io.UncheckedIOException e) {
      return List.of(); // a file went while it was looked at
    }
  }
}
