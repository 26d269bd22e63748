package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.graph.Images;
import dev.mto.engine.graph.TrainingGraph;
import dev.mto.engine.run.TrainingStep;
import dev.mto.executor.cuda.CudaException;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.models.weights.WeightFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What pre-training on a GPU must do for every baseline, on an emulated one: the numbers of the
 * processor, resumption to the bit, and a state that stays where it is.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class GpuContract {
  private static final double CLIP = 0.05;

  /** Three steps of two micro-batches, each saved; all are clipped. */
  private static final String[] SETTINGS = {
    "training.epochs=1",
    "training.batch=8",
    "training.base_lr=5.0e-4",
    "training.accumulate=2",
    "training.clip=" + CLIP,
    "training.weight_decay=0.1",
    "checkpoint.every_minutes=0.0000001",
    "log={heterogeneity_every: 3, knn_every_epochs: 0, pictures_every_epochs: 0}"
  };

  private static final int LAUNCH_FAILED = 719;
  private static final double LEARNING_RATE = 1e-3;

  private final Function<Path, TinyRun> create;
  private TinyRun tiny;
  private Path onProcessor;
  private Path onGpu;
  private long launches;

  /** A contract for a baseline by its runs in a folder. */
  protected GpuContract(Function<Path, TinyRun> create) {
    this.create = create;
  }

  /** Where runs are made. */
  protected final TinyRun tiny() {
    return tiny;
  }

  @BeforeAll
  void train(@TempDir Path root) {
    assumeTrue(EmulatedCuda.isPossible(), EmulatedCuda.NEEDS); // a condition would not be inherited
    tiny = create.apply(root);
    onProcessor = tiny.trainAndCopyAfterEachStep("processor", SETTINGS);
    onGpu =
        EmulatedCuda.during(
            gpu -> {
              long before = gpu.count("launches");
              Path run = tiny.trainAndCopyAfterEachStep("gpu", SETTINGS);
              launches = gpu.count("launches") - before;
              return run;
            });
  }

  @Test
  void aRunHasTheNumbersOfTheProcessor() {
    assertThat(launches).as("kernels that were run").isGreaterThan(1000);
    assertThat(TinyRun.metrics(onProcessor))
        .hasSize(3)
        .allMatch(row -> row.get("grad_norm").asDouble() > 2 * CLIP);
    assertNear(onGpu, onProcessor);
  }

  @Test
  void aRunKilledAfterAnyStepResumesToTheSameNumbers() {
    assertResumes("gpu");
  }

  /** Of copies after each step but the last, see {@link TinyRun#trainAndCopyAfterEachStep}. */
  private void assertResumes(String name) {
    Path whole = tiny.root().resolve(name);
    for (int step = 1; step < 3; step++) {
      String killed = name + "-" + step;
      Path resumed = EmulatedCuda.during(gpu -> tiny.resume(killed));
      assertThat(resumed.resolve("train.log")).content().contains("resuming after step " + step);
      assertThat(TinyRun.metrics(resumed)).isEqualTo(TinyRun.metrics(whole));
      assertThat(TinyRun.last(resumed)).hasSameBinaryContentAs(TinyRun.last(whole));
    }
  }

  /** Workers as threads, on one GPU; those of a cluster are processes and have one each. */
  @Test
  void twoWorkersMakeTheBitsOfOneProcess() {
    assertSame(EmulatedCuda.during(gpu -> tiny.trainByWorkers(2, "workers", SETTINGS)), onGpu);
  }

  /** Every figure of every step but the speed, and every bit of the checkpoint. */
  protected static void assertSame(Path actual, Path expected) {
    assertThat(TinyRun.metrics(actual)).isEqualTo(TinyRun.metrics(expected));
    assertThat(TinyRun.last(actual)).hasSameBinaryContentAs(TinyRun.last(expected));
  }

  /** Parameters, moments and teachers are float32 there too. */
  @Test
  void aRunInBfloat16IsNearThatInFloat32AndResumesToTheSameNumbers() {
    String[] narrow =
        Stream.concat(Stream.of(SETTINGS), Stream.of("training.precision=bfloat16"))
            .toArray(String[]::new);
    Path run = EmulatedCuda.during(gpu -> tiny.trainAndCopyAfterEachStep("bfloat16", narrow));

    assertNear(run, onProcessor, Bounds.ROUNDED_OPERANDS);
    assertThat(TinyRun.metrics(run).get(0).get("loss"))
        .isNotEqualTo(TinyRun.metrics(onGpu).get(0).get("loss"));
    assertResumes("bfloat16");
  }

  @Test
  void aRunGoesOnOnTheOtherKindOfProcessor() {
    tiny.copy("processor-2", "to-gpu");
    tiny.copy("gpu-1", "to-processor");
    assertNear(EmulatedCuda.during(gpu -> tiny.resume("to-gpu")), onProcessor);
    assertNear(tiny.resume("to-processor"), onProcessor);
  }

  /** A step by the processor, one by the GPU and one by the processor. */
  @Test
  void aRunGoesToTheGpuAndBack() {
    tiny.copy("processor-1", "there");
    EmulatedCuda.during(
        gpu -> {
          long before = gpu.count("launches");
          tiny.resumeAndCopyAfterEachStep("there");
          assertThat(gpu.count("launches")).isGreaterThan(before);
          return null;
        });
    Path back = tiny.resume("there-2");
    assertNear(back, onProcessor);
    List<JsonNode> rows = TinyRun.metrics(back);
    assertThat(rows.get(0)).isEqualTo(TinyRun.metrics(onProcessor).get(0));
    assertThat(rows.get(1)).isEqualTo(TinyRun.metrics(tiny.root().resolve("there")).get(1));
  }

  /**
   * The kernel fails when it is done, some time after it was asked for, and so does all after it.
   */
  @Test
  void aRunWhoseGpuFailsGoesOnFromItsLastCheckpoint() {
    EmulatedCuda.during(
        gpu -> {
          gpu.fail("a kernel", LAUNCH_FAILED, (int) (launches / 2));
          assertThatThrownBy(() -> tiny.train("failing", SETTINGS))
              .isInstanceOf(CudaException.class)
              .hasMessageContaining("the GPU failed while waiting for emulated GPU 0")
              .hasMessageContaining("719")
              .hasMessageContaining("last checkpoint");
          assertThat(gpu.opened()).as("all is given back").isZero();
          Path resumed = tiny.resume("failing");
          assertThat(resumed.resolve("train.log")).content().contains("resuming after step 1");
          assertThat(TinyRun.metrics(resumed)).isEqualTo(TinyRun.metrics(onGpu));
          assertThat(TinyRun.last(resumed)).hasSameBinaryContentAs(TinyRun.last(onGpu));
          return null;
        });
  }

  /** Moments, sums of micro-batches and teachers are counted before anything is run. */
  @Test
  void aStepThatDoesNotFitIsRefusedBeforeItsFirstProductWithWhatWouldFit() {
    RunConfig config = ofImages(8);
    TrainingGraph graph = TrainingGraph.build(tiny.baseline(), config, DataType.FLOAT);
    long parameters = bytes(graph.parameters().values());
    EmulatedCuda.during(
        gpu -> {
          long all;
          try (TrainingStep step = new TrainingStep(graph, config, 0)) {
            step(graph, step, config, 0);
            step(graph, step, config, 1);
            all = gpu.bytes(0);
          }
          gpu.set("megabytes", 0).set("bytes", (int) (all - parameters / 8));
          try {
            RunConfig smaller = ofImages(fitting(graph, config, gpu));
            try (TrainingStep step = new TrainingStep(graph, smaller, 0)) {
              step(graph, step, smaller, 0);
              step(graph, step, smaller, 1);
            }
          } finally {
            gpu.set("megabytes", 8192).set("bytes", 0);
          }
          return null;
        });
  }

  /** Two micro-batches of so many, of a model whose moments are more than what a GPU spares. */
  private RunConfig ofImages(int images) {
    List<String> settings = new ArrayList<>(List.of(SETTINGS));
    settings.add("training.batch=" + images);
    settings.add("model.dim=64");
    return tiny.config(settings.toArray(String[]::new));
  }

  /** The images that would fit, from a refusal, at which all that is not the batch's is taken. */
  private int fitting(TrainingGraph graph, RunConfig config, EmulatedCuda gpu) {
    try (TrainingStep step = new TrainingStep(graph, config, 0)) {
      long opened = gpu.bytes(0);
      long products = gpu.count("other products");
      Throwable refusal = catchThrowable(() -> step(graph, step, config, 0));
      assertThat(refusal).isInstanceOf(NotEnoughMemoryException.class);
      Matcher message =
          Pattern.compile(".*that is for 8 images at a time, (\\d+) would fit")
              .matcher(refusal.getMessage());
      assertThat(message.matches()).as(refusal.getMessage()).isTrue();
      assertThat(gpu.count("other products")).isEqualTo(products);
      long trained = bytes(graph.parameters().values());
      assertThat(gpu.bytes(0) - opened)
          .as("parameters, two moments and a sum where there is a gradient, and teachers")
          .isGreaterThan((4 * trained + bytes(graph.model().followers())) * 98 / 100);
      return Integer.parseInt(message.group(1));
    }
  }

  /**
   * Largest differences between runs of three steps: relative ones, but absolute of figures below
   * 1, and by the norm of tensors.
   */
  private record Bounds(double losses, double gradients, double parameters, double moments) {
    static final Bounds ANOTHER_ORDER = new Bounds(1e-4, 1e-4, 1e-3, 1e-3);
    static final Bounds ROUNDED_OPERANDS = new Bounds(0.02, 0.1, 0.05, 0.25);
  }

  /** As by the same arithmetic in another order. */
  protected static void assertNear(Path actual, Path expected) {
    assertNear(actual, expected, Bounds.ANOTHER_ORDER);
  }

  /** Losses and norms of every step, and tensors whose gradient is not zero in theory. */
  private static void assertNear(Path actual, Path expected, Bounds bounds) {
    List<JsonNode> rows = TinyRun.metrics(actual);
    for (JsonNode row : TinyRun.metrics(expected)) {
      int step = row.get("step").asInt();
      row.properties().stream()
          .filter(
              figure ->
                  figure.getKey().matches("loss.*|grad_.*|mto_weight.*|temperature.*|val_loss"))
          .forEach(
              figure -> {
                double value = figure.getValue().asDouble();
                boolean measured = figure.getKey().startsWith("grad_");
                double bound = measured ? bounds.gradients() : bounds.losses();
                assertThat(rows.get(step - 1).get(figure.getKey()).asDouble())
                    .as(figure.getKey() + " of step " + step)
                    .isCloseTo(value, within(bound * Math.max(1, Math.abs(value))));
              });
    }
    Map<String, INDArray> tensors = WeightFile.read(TinyRun.last(actual));
    Map<String, INDArray> wanted = WeightFile.read(TinyRun.last(expected));
    assertThat(tensors.keySet()).isEqualTo(wanted.keySet());
    wanted.forEach(
        (name, array) -> {
          if (name.matches("(.*[./])?(mask_token|mlp\\.fc1\\.weight|mlp\\.fc2\\.weight)")) {
            boolean moment = name.startsWith("optimizer.");
            double bound = moment ? bounds.moments() : bounds.parameters();
            Closeness.assertClose(name, tensors.get(name), array, bound, 0);
          }
        });
  }

  /**
   * What a step brings to the device is what the model is fed and the tokens that are selected;
   * what it brings back are numbers to log.
   */
  @Test
  void neitherParametersNorGradientsCrossInAStep() {
    RunConfig config = tiny.config(SETTINGS);
    TrainingGraph graph = TrainingGraph.build(tiny.baseline(), config, DataType.FLOAT);
    Images images = new Images(config, tiny.baseline(), tiny.root().resolve("bad.csv"));
    long parameters = bytes(graph.parameters().values());
    EmulatedCuda.during(
        gpu -> {
          try (TrainingStep step = new TrainingStep(graph, config, 0)) {
            step(graph, step, images, 0);
            long allocations = gpu.count("allocations");
            for (int at = 1; at < 3; at++) {
              long up = gpu.count("bytes to the device");
              long down = gpu.count("bytes to the host");
              long waits = gpu.count("synchronisations");
              long fed = step(graph, step, images, at);
              assertThat(gpu.count("bytes to the device") - up).isBetween(fed, fed + 4096);
              assertThat(gpu.count("bytes to the host") - down).isLessThan(parameters / 8);
              assertThat(gpu.count("synchronisations") - waits)
                  .as("one for each micro-batch")
                  .isEqualTo(2);
            }
            assertThat(gpu.count("allocations")).as("after the first step").isEqualTo(allocations);
            assertThat(gpu.bytes(0)).isGreaterThan(3 * parameters);
            long down = gpu.count("bytes to the host");
            assertThat(step.state().values()).noneMatch(GpuContract::hasNoNumbers);
            assertThat(gpu.count("bytes to the host") - down).isGreaterThan(3 * parameters - 1);
          }
          assertThat(gpu.bytes(0)).as("all memory is given back").isZero();
          return null;
        });
    assertThat(graph.parameters().values()).noneMatch(GpuContract::hasNoNumbers);
  }

  /** Also where only one of its micro-batches does, whose gradients are in the mean. */
  @Test
  void nothingIsUpdatedByAStepThatDiverges() {
    RunConfig config = tiny.config(SETTINGS);
    TrainingGraph graph = TrainingGraph.build(tiny.baseline(), config, DataType.FLOAT);
    Images images = new Images(config, tiny.baseline(), tiny.root().resolve("bad.csv"));
    EmulatedCuda.during(
        gpu -> {
          try (TrainingStep step = new TrainingStep(graph, config, 0)) {
            step(graph, step, images, 0);
            Map<String, INDArray> before = new HashMap<>();
            step.state().forEach((name, array) -> before.put(name, array.dup()));
            ImageBatches batches = images.training(1, 0);
            List<ImageBatch> microBatches = List.of(batches.nextBatch(), batches.nextBatch());
            microBatches.get(0).images().slice(0).assign(Float.POSITIVE_INFINITY);
            assertThatThrownBy(
                    () -> step.step(microBatches, new TrainingPosition(1, 4, 1), LEARNING_RATE))
                .isInstanceOf(DivergenceException.class)
                .hasMessageContaining("step 1: ")
                .hasMessageContaining(" embedding. ")
                .hasMessageContaining("The weights were not touched");
            batches.close();
            step.state()
                .forEach(
                    (name, array) -> {
                      if (!name.contains("running_") && !name.contains("num_batches")) {
                        assertThat(array.equalsWithEps(before.get(name), 0)).as(name).isTrue();
                      }
                    });
          }
          return null;
        });
  }

  /** Makes a step of two micro-batches of a configuration. */
  private void step(TrainingGraph graph, TrainingStep step, RunConfig config, int at) {
    step(graph, step, new Images(config, tiny.baseline(), tiny.root().resolve("bad.csv")), at);
  }

  /** Makes a step of two micro-batches; how many bytes the model was fed. */
  private static long step(TrainingGraph graph, TrainingStep step, Images images, int at) {
    TrainingPosition position = new TrainingPosition(at, 4, 1);
    try (ImageBatches batches = images.training(at, 0)) {
      List<ImageBatch> microBatches = List.of(batches.nextBatch(), batches.nextBatch());
      long fed = 0;
      for (int i = 0; i < 2; i++) {
        Map<String, INDArray> feeds = graph.model().trainingFeeds(microBatches.get(i), position, i);
        fed += bytes(feeds.values());
      }
      step.step(microBatches, position, LEARNING_RATE);
      return fed;
    }
  }

  private static long bytes(Iterable<INDArray> arrays) {
    long bytes = 0;
    for (INDArray array : arrays) {
      bytes += array.length() * Float.BYTES;
    }
    return bytes;
  }

  private static boolean hasNoNumbers(INDArray array) {
    return Double.isNaN(array.castTo(DataType.DOUBLE).sumNumber().doubleValue());
  }
}
