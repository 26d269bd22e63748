package dev.mto.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mto.data.folder.ImageFolder;
import dev.mto.engine.analysis.HeterogeneityByLayer;
import dev.mto.engine.analysis.RunAnalysis;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.config.TrainingConfig.Precision;
import dev.mto.engine.encoder.FeatureKind;
import dev.mto.engine.encoder.FeatureTable;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.encoder.NearestNeighbours;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.graph.Images;
import dev.mto.engine.weights.ModelWeights;
import dev.mto.engine.weights.TrainedModel;
import dev.mto.engine.weights.WeightsOf;
import dev.mto.executor.kernels.KernelSets;
import dev.mto.executor.memory.AvailableMemory;
import dev.mto.executor.memory.NotEnoughMemoryException;
import dev.mto.models.weights.WeightFile;
import dev.mto.oracle.Bits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What whole pre-trainings of every baseline must do, on generated images in batches of 8. Runs
 * that are only read are made once for a class.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BaselineContract {
  /** Steps in an epoch. */
  protected static final int STEPS = TinyRun.TRAIN / 8;

  /** Setting of a run of which neither pictures nor k-NN are looked at. */
  protected static final String QUICK =
      "log={heterogeneity_every: 3, knn_every_epochs: 0, pictures_every_epochs: 0}";

  private static final String FIRST_MOMENT = "optimizer.exp_avg/";

  private final Function<Path, TinyRun> create;
  private final int visible;
  private final int layers;
  private final List<String> groups;
  private TinyRun tiny;
  private Path reference;
  private Path plain;
  private Path oneEpoch;
  private Path otherSeed;

  /**
   * A contract for a baseline with MTO.
   *
   * @param create the baseline's runs in a folder
   * @param visible visible tokens of an image
   * @param layers layers on which MTO acts
   * @param groups names of groups of tokens on which it acts, where there are several
   */
  protected BaselineContract(
      Function<Path, TinyRun> create, int visible, int layers, String... groups) {
    this.create = create;
    this.visible = visible;
    this.layers = layers;
    this.groups = groups.length == 0 ? List.of("") : List.of(groups);
  }

  @BeforeAll
  void train(@TempDir Path root) {
    tiny = create.apply(root);
    reference = tiny.train("reference", "checkpoint.every_epochs=1");
    plain = tiny.train("plain", "mto.enabled=false");
    oneEpoch = tiny.train("one-epoch", "training.epochs=1", "model.drop_path=0.0", QUICK);
    otherSeed = tiny.train("other-seed", "training.epochs=1", "training.seed=2", QUICK);
  }

  /** Where runs are made. */
  protected final TinyRun tiny() {
    return tiny;
  }

  /** A run with MTO over all epochs. */
  protected final Path reference() {
    return reference;
  }

  /** A run with MTO over one epoch, without drop path. */
  protected final Path oneEpoch() {
    return oneEpoch;
  }

  @Test
  void everyStepHasARowAndEveryEpochItsValidation() {
    for (Path run : List.of(reference, plain)) {
      List<JsonNode> rows = TinyRun.metrics(run);
      assertThat(rows).hasSize(epochs() * STEPS);
      for (int i = 0; i < rows.size(); i++) {
        JsonNode row = rows.get(i);
        assertThat(row.get("step").asLong()).isEqualTo(i + 1);
        assertThat(row.get("epoch").asDouble()).isCloseTo((i + 1.0) / STEPS, within(1e-12));
        boolean last = (i + 1) % STEPS == 0;
        assertThat(row.has("val_loss")).as("row " + i).isEqualTo(last);
        assertThat(row.has("knn")).as("row " + i).isEqualTo(last);
        assertThat(row)
            .allSatisfy(figure -> assertThat(figures(figure)).allMatch(Double::isFinite));
      }
    }
  }

  @Test
  void lossFallsWithAndWithoutMto() {
    for (Path run : List.of(reference, plain)) {
      List<JsonNode> rows = TinyRun.metrics(run);
      assertThat(mean(rows.subList(rows.size() - STEPS, rows.size()), "loss.ss"))
          .isLessThan(0.9 * mean(rows.subList(0, STEPS), "loss.ss"));
    }
  }

  @Test
  void totalLossIsTheWeightedSumOfItsTerms() {
    var weights = tiny.config().mto().weights();
    for (JsonNode row : TinyRun.metrics(reference)) {
      double sum =
          row.get("loss.ss").asDouble()
              + weights.spa() * row.get("loss.spa").asDouble()
              + weights.e() * row.get("loss.e").asDouble()
              + weights.r() * row.get("loss.r").asDouble();
      assertThat(row.get("loss").asDouble()).isCloseTo(sum, within(1e-5 * sum));
    }
  }

  @Test
  void withoutMtoTheSameStartHasTheSameSelfSupervisedLoss() {
    List<JsonNode> rows = TinyRun.metrics(plain);

    for (JsonNode row : rows) {
      assertThat(row.get("loss")).isEqualTo(row.get("loss.ss"));
      assertThat(row.fieldNames())
          .toIterable()
          .noneMatch(name -> name.matches("loss\\.(.*\\.)?(spa|e|r)"));
    }
    assertThat(rows.get(0).get("loss.ss").asDouble())
        .isCloseTo(TinyRun.metrics(reference).get(0).get("loss.ss").asDouble(), within(1e-6));
  }

  @Test
  void heterogeneityStaysWithinItsBoundAndIsMeasuredEveryThirdStepWithoutMto() {
    for (Path run : List.of(reference, plain)) {
      List<JsonNode> rows = TinyRun.metrics(run);
      for (int i = 0; i < rows.size(); i++) {
        JsonNode row = rows.get(i);
        boolean measured = run.equals(reference) || i % 3 == 0 || (i + 1) % STEPS == 0;
        double bound = row.path("heterogeneity.bound").asDouble();
        assertThat(bound).isCloseTo(measured ? Math.log(visible) : 0, within(1e-6));
        for (String figure : grouped("heterogeneity", ".", "")) {
          assertThat(row.has(figure)).as("row " + i).isEqualTo(measured);
          assertThat(row.path(figure))
              .hasSize(measured ? layers : 0)
              .allMatch(h -> h.asDouble() >= 0 && h.asDouble() <= bound + 1e-5);
        }
      }
    }
  }

  @Test
  void runFolderHoldsEveryFile() {
    List<String> files = TinyRun.files(reference);
    assertThat(files)
        .contains("config.yaml", "provenance.json", "metrics.jsonl", "events.out.tfevents.mto")
        .contains("train.log", "report.html", "pictures/loss.png", "pictures/heterogeneity.png")
        .contains("checkpoints/last.safetensors", "checkpoints/last.json", checkpoint(epochs()))
        .contains("pictures/reconstruction-%04d.png".formatted(epochs()))
        .containsAll(grouped("pictures/affinity", "-", "-%04d.png".formatted(epochs())))
        .noneMatch(file -> file.endsWith(".tmp"))
        .allSatisfy(file -> assertThat(reference.resolve(file)).isNotEmptyFile());
  }

  @Test
  void aCheckpointHoldsWeightsAndBothMomentsAndOpens() {
    Map<String, INDArray> tensors = WeightFile.read(TinyRun.last(reference));
    ModelWeights model = new ModelWeights(tiny.baseline(), tiny.config());

    model.load(TinyRun.last(reference));

    Map<String, INDArray> opened = model.graph().parameters();
    assertThat(opened.keySet())
        .containsExactlyInAnyOrderElementsOf(parameters(tensors))
        .anyMatch(name -> name.endsWith("mask_token"));
    opened.forEach(
        (name, array) -> {
          assertThat(tensors).containsKey("optimizer.exp_avg_sq/" + name);
          assertThat(Bits.of(array)).as(name).isEqualTo(Bits.of(tensors.get(name)));
        });
  }

  @Test
  void theAnalysisOfARunShowsWhatItsLastPictureShows() throws IOException {
    TrainedModel model = TrainedModel.ofRun(reference, BaselineContract::unexpected);
    Path out = tiny.root().resolve("analysis");

    try (RunAnalysis analysis =
        new RunAnalysis(model, model.config(), tiny.root().resolve("bad.csv"))) {
      Path first = analysis.reconstruct(out).get(0);

      String last = "pictures/reconstruction-%04d.".formatted(epochs());
      assertThat(first).hasSameBinaryContentAs(reference.resolve(last + "png"));
      assertThat(Path.of(first.toString().replace(".png", ".csv")))
          .hasSameTextualContentAs(reference.resolve(last + "csv"));
    }
  }

  @Test
  void heterogeneityIsOfTheSameImagesAndMasksForRunsOfAllSeeds() {
    TrainedModel model = TrainedModel.ofRun(reference, BaselineContract::unexpected);

    HeterogeneityByLayer first = heterogeneity(model, model.config());

    assertThat(heterogeneity(model, model.config().withSeed(99))).isEqualTo(first);
    assertThat(first.images())
        .as("all, as they are fewer than 1,000")
        .isEqualTo(ImageFolder.open(Path.of(model.config().data().val())).size());
  }

  private HeterogeneityByLayer heterogeneity(TrainedModel model, RunConfig config) {
    try (RunAnalysis analysis = new RunAnalysis(model, config, tiny.root().resolve("bad.csv"))) {
      return analysis.heterogeneity(tiny.root().resolve("analysis"));
    }
  }

  @Test
  void nearestNeighboursWhileTrainingAreThoseOfTheFrozenEncoder() {
    TrainedModel model = TrainedModel.ofRun(reference, BaselineContract::unexpected);
    RunConfig config = model.config();
    Images images = new Images(config, tiny.baseline(), tiny.root().resolve("bad.csv"));
    try (FrozenEncoder encoder =
            FrozenEncoder.of(tiny.baseline(), config, model.tensors(WeightsOf.STUDENT));
        FeatureTable train = features(encoder, images, images.train());
        FeatureTable validation = features(encoder, images, images.validation())) {

      double top1 =
          NearestNeighbours.usual().classify(train, validation, images.train().classes()).top1();

      assertThat(TinyRun.metrics(reference).get(epochs() * STEPS - 1).get("knn").asDouble())
          .isEqualTo(top1);
    }
    assumeTrue(AvailableMemory.ofThisMachine().bytes().isPresent());
    assertThatThrownBy(
            () ->
                FeatureTable.of(
                    images.unmasked(images.train()),
                    Integer.MAX_VALUE,
                    batch -> batch.images().dup('c').reshape(batch.size(), -1)))
        .isInstanceOf(NotEnoughMemoryException.class)
        .hasMessageStartingWith("a table of 2147483647 images by ");
  }

  private static FeatureTable features(FrozenEncoder encoder, Images images, ImageFolder folder) {
    return FeatureTable.of(
        images.unmasked(folder),
        folder.size(),
        batch -> encoder.features(batch.images(), FeatureKind.usual()));
  }

  private static void unexpected(String warning) {
    throw new AssertionError(warning);
  }

  @Test
  void theSameSeedGivesTheSameRunAndAnotherSeedAnotherOne() {
    Path again = tiny.train("again", "log.pictures_every_epochs=0");
    assertSame(again, reference);
    assertThat(again.resolve("report.html")).exists();
    assertThat(again.resolve("pictures")).isEmptyDirectory();
    assertThat(TinyRun.metrics(otherSeed).get(0)).isNotEqualTo(TinyRun.metrics(reference).get(0));
  }

  @Test
  void aRunResumedFromAnEpochGivesTheSameRowsAndTheSameCheckpoint() throws IOException {
    int kept = epochs() - 2;
    Path resumed = tiny.copy("reference", "resumed");
    Files.delete(TinyRun.last(resumed));
    for (int epoch = kept + 1; epoch <= epochs(); epoch++) {
      Files.delete(resumed.resolve(checkpoint(epoch)));
    }

    tiny.resume("resumed");

    assertThat(resumed.resolve("train.log"))
        .content()
        .contains("resuming after step " + kept * STEPS);
    assertSame(resumed, reference);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TF32") // which is for GPUs
  void aRunKilledAfterAnyStepResumesToTheSameNumbers(Precision precision) {
    assumePossible(precision);
    String run = "killed-" + precision;
    Path whole =
        tiny.trainAndCopyAfterEachStep(
            run,
            "training.epochs=2",
            "training.batch=24",
            "training.precision=" + precision,
            "training.allow_slow=true",
            "checkpoint.every_minutes=0.0000001",
            QUICK);

    assertThat(TinyRun.metrics(whole)).hasSize(4);
    for (int step = 1; step < 4; step++) {
      Path resumed = tiny.resume(run + "-" + step);
      assertThat(resumed.resolve("train.log")).content().contains("resuming after step " + step);
      assertSame(resumed, whole);
    }
  }

  @Test
  void inBfloat16ARunIsNearlyThatOfFloat32AndIsTheSameWithRecomputation() {
    assumePossible(Precision.BFLOAT16);
    String[] settings = {
      "training.epochs=1",
      "model.drop_path=0.0",
      "training.precision=bfloat16",
      "training.allow_slow=true",
      QUICK
    };
    Path kept = tiny.train("bfloat16", settings);
    Path recomputed =
        tiny.train(
            "recomputed",
            Stream.concat(Stream.of(settings), Stream.of("training.gradient_checkpointing=true"))
                .toArray(String[]::new));

    assertSame(recomputed, kept);
    for (int step = 0; step < STEPS; step++) {
      double exact = TinyRun.metrics(oneEpoch).get(step).get("loss").asDouble();
      double rounded = TinyRun.metrics(kept).get(step).get("loss").asDouble();
      assertThat(rounded).isNotEqualTo(exact).isCloseTo(exact, within(0.02 * exact));
    }
  }

  private static void assumePossible(Precision precision) {
    assumeTrue(
        precision == Precision.FLOAT32 || KernelSets.bfloat16() != KernelSets.Bfloat16.NONE,
        "this processor, or these kernels, do no products of bfloat16");
  }

  @Test
  void aRunStoppedWhileItIsMeasuredMeasuresWhenItIsResumed() {
    String[] settings = {"training.epochs=2", "training.batch=24"};
    Path whole = tiny.train("measured", settings);

    Path stopped = tiny.trainAndStopIn("evaluationFeeds", "stopped", settings);

    assertThat(TinyRun.metrics(stopped)).isEqualTo(TinyRun.metrics(whole).subList(0, 1));
    assertThat(stopped.resolve("train.log")).content().endsWith("To go on: --resume\n");
    Path killed = tiny.copy("stopped", "killed");
    assertSame(tiny.resume("stopped"), whole);
    resumesThoughItsRowWasWrittenBeforeItWasKilled(killed, whole);
  }

  private void resumesThoughItsRowWasWrittenBeforeItWasKilled(Path killed, Path whole) {
    try {
      List<String> rows = Files.readAllLines(whole.resolve("metrics.jsonl"));
      Files.write(
          killed.resolve("metrics.jsonl"), rows.subList(0, TinyRun.metrics(killed).size() + 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertSame(tiny.resume("killed"), whole);
  }

  @Test
  void aRunStoppedBeforeItsFirstStepResumesWithItsInitialWeights() {
    String[] settings = {"training.epochs=1", "training.seed=2", QUICK};
    Path source = TinyRun.last(reference);
    Path whole = tiny.trainFrom(source, "initialised", settings);
    Path cut = tiny.prepareFrom(source, "prepared", settings);

    Map<String, INDArray> given = WeightFile.read(source);
    Map<String, INDArray> taken = WeightFile.read(TinyRun.last(cut));
    for (String name : parameters(given)) {
      assertThat(Bits.of(taken.get(name))).as(name).isEqualTo(Bits.of(given.get(name)));
    }
    assertSame(tiny.resume("prepared"), whole);
    assertThat(first(whole, "loss.ss")).isLessThan(first(otherSeed, "loss.ss"));
  }

  @Test
  void aStepMayBeMadeOfMicroBatches() {
    Path halves =
        tiny.train(
            "halves",
            "training.epochs=1",
            "model.drop_path=0.0",
            "training.batch=4",
            "training.accumulate=2",
            QUICK);

    assertThat(TinyRun.metrics(halves)).hasSize(STEPS);
    assertMicroBatches(halves, oneEpoch);
  }

  /** Asserts that two micro-batches of half the size equal one batch. */
  protected void assertMicroBatches(Path halves, Path whole) {
    List<JsonNode> actual = TinyRun.metrics(halves);
    for (JsonNode expected : TinyRun.metrics(whole)) {
      int step = expected.get("step").asInt();
      expected.properties().stream()
          .filter(figure -> figure.getKey().matches("loss.*|grad_norm"))
          .forEach(
              figure -> {
                double value = figure.getValue().asDouble();
                assertThat(actual.get(step - 1).get(figure.getKey()).asDouble())
                    .as(figure.getKey() + " of step " + step)
                    .isCloseTo(value, within(1e-5 * Math.max(1, Math.abs(value))));
              });
    }
    Map<String, INDArray> one = WeightFile.read(TinyRun.last(whole));
    Map<String, INDArray> two = WeightFile.read(TinyRun.last(halves));
    assertThat(two.keySet()).isEqualTo(one.keySet());
    // Adam divides by tiny second moments where a gradient is zero in theory: the key bias
    for (String name : parameters(one)) {
      if (name.matches("(.*\\.)?(mask_token|mlp\\.fc1\\.weight|decoder_pred\\.weight)")) {
        Closeness.assertClose(name, two.get(name), one.get(name), 1e-3, 0);
      }
    }
  }

  /** Everything about MTO that is not in the paper, at once. */
  private static final String[] OPTIONS = {
    QUICK,
    "mto.schedule={warmup: 0.1, off: 0.9, decay: cosine, r: {off: 0.6, decay: none}}",
    "mto.gradient_share=0.05",
    "mto.gradient_share_steps=2",
    "mto.temperature=learned",
    "mto.normalise=l2",
    "mto.margin=0.1",
    "mto.ranking_layers=[0, 1]",
    "mto.sparsity_layers=[0, 1]",
    "mto.norm_penalty=0.01",
    "mto.norm_reference=0.1",
    "log.mto_gradients_every=3"
  };

  private static String[] with(String[] settings, String... more) {
    return Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void weightsAreSharesOfTheFirstStepsGradientsTimesTheirSchedule() {
    List<JsonNode> rows =
        TinyRun.metrics(
            tiny.train("options", with(OPTIONS, "training.epochs=2", "training.batch=8")));

    double[] sums = new double[4];
    List<String> terms = List.of("ss", "spa", "e", "r");
    for (int step = 0; step < rows.size(); step++) {
      JsonNode row = rows.get(step);
      boolean measured = step < 2 || step % 3 == 0;
      double done = (double) step / rows.size();
      double falling = 0.5 * (1 + Math.cos(Math.PI * (done - 0.1) / 0.8));
      for (int term = 0; term < 4; term++) {
        String name = terms.get(term);
        assertThat(row.has("grad_norm." + name)).isEqualTo(measured);
        if (step < 2) {
          sums[term] += row.get("grad_norm." + name).asDouble();
        }
        if (term > 0) {
          double factor =
              step < 2 ? 0 : name.equals("r") ? (done < 0.6 ? 1 : 0) : done < 0.9 ? falling : 0;
          double weight = row.get("mto_weight." + name).asDouble();
          assertThat(weight)
              .as(name + " of step " + step)
              .isCloseTo(factor * 0.05 * sums[0] / sums[term], within(1e-9 * (1 + weight)));
          if (measured) {
            assertThat(row.get("grad_share." + name).asDouble())
                .isCloseTo(
                    weight
                        * row.get("grad_norm." + name).asDouble()
                        / row.get("grad_norm.ss").asDouble(),
                    within(1e-12));
            assertThat(row.get("grad_cosine." + name).asDouble()).isBetween(-1.0, 1.0);
          }
        }
      }
      double sum =
          row.get("loss.ss").asDouble()
              + row.get("mto_weight.spa").asDouble() * row.get("loss.spa").asDouble()
              + row.get("mto_weight.e").asDouble() * row.get("loss.e").asDouble()
              + row.get("mto_weight.r").asDouble() * row.get("loss.r").asDouble()
              + 0.01 * row.get("loss.norm_penalty").asDouble();
      assertThat(row.get("loss").asDouble()).isCloseTo(sum, within(1e-5 * sum));
    }
    assertThat(rows.get(2).get("mto_weight.spa").asDouble()).isPositive();
    for (String temperature : grouped("temperature", ".", "")) {
      assertThat(rows.get(0).get(temperature).asDouble()).isEqualTo(1);
      assertThat(rows.get(rows.size() - 1).get(temperature).asDouble())
          .isPositive()
          .isNotEqualTo(1);
    }
  }

  @Test
  void aRunWithEveryOptionKilledAfterAnyStepResumesToTheSameNumbers() {
    Path whole =
        tiny.trainAndCopyAfterEachStep(
            "options-killed",
            with(
                OPTIONS,
                "mto.gradients=mask_token",
                "training.epochs=2",
                "training.batch=24",
                "checkpoint.every_minutes=0.0000001"));
    for (int step = 1; step < 4; step++) {
      assertSame(tiny.resume("options-killed-" + step), whole);
    }
  }

  @Test
  void aLearnedTemperatureIsInCheckpointsAndInNoExportedModel() {
    String[] settings = {"mto.temperature=learned", "training.epochs=1", QUICK};
    Path run = tiny.train("learned", settings);
    String name = "mto.log_temperature" + (groups.size() > 1 ? "." + groups.get(0) : "");
    INDArray learned = WeightFile.read(TinyRun.last(run)).get(name);
    ModelWeights opened = TrainedModel.ofRun(run, BaselineContract::unexpected).whole();

    assertThat(learned.getDouble(0)).isNotZero();
    assertThat(Bits.of(opened.graph().trained().get(name))).isEqualTo(Bits.of(learned));
    assertThat(opened.tensors().keySet()).noneMatch(tensor -> tensor.startsWith("mto"));
    assertThat(first(tiny.trainFrom(TinyRun.last(run), "from-learned", settings), "loss.ss"))
        .isLessThan(first(run, "loss.ss"));
  }

  /** |g + w t|² = |g|² + 2 w cos |g||t| + w²|t|², which holds for no other norms and cosine. */
  @Test
  void theGradientsOfTheTermsAreThoseThatMakeUpTheTotal() {
    for (String term : List.of("spa", "e", "r")) {
      for (int micro : new int[] {1, 2}) {
        Path run =
            tiny.train(
                "term-" + term + micro,
                QUICK,
                "mto.weights={spa: 0, e: 0, r: 0}",
                "mto.weights.%s=0.5".formatted(term),
                "mto.normalise=l2",
                "mto.temperature=0.2",
                "training.epochs=1",
                "training.batch=" + 24 / micro,
                "training.accumulate=" + micro,
                "log.mto_gradients_every=1");
        for (JsonNode row : TinyRun.metrics(run)) {
          double own = row.get("grad_norm.ss").asDouble();
          double added = 0.5 * row.get("grad_norm." + term).asDouble();
          double cosine = row.get("grad_cosine." + term).asDouble();
          double square = own * own + 2 * cosine * own * added + added * added;
          assertThat(added).as(term).isPositive();
          assertThat(row.get("grad_norm").asDouble())
              .as(term)
              .isCloseTo(Math.sqrt(square), within(1e-4 * own));
        }
      }
    }
  }

  @Test
  void measuringGradientsChangesNoNumber() {
    Path measured =
        tiny.train(
            "measured-gradients",
            QUICK,
            "training.epochs=1",
            "model.drop_path=0.0",
            "log.mto_gradients_every=2");
    assertThat(TinyRun.metrics(measured)).anyMatch(row -> row.has("grad_cosine.spa"));
    assertThat(TinyRun.last(measured)).hasSameBinaryContentAs(TinyRun.last(oneEpoch));
  }

  /** Whether a parameter belongs to what MTO moves where the encoder is left out. */
  protected boolean isOutsideOfTheEncoder(String parameter) {
    return parameter.endsWith("mask_token");
  }

  /** Two equal gradients of a first step have equal first moments. */
  @Test
  void mtoMovesWhatItMayAndNothingElse() {
    Map<String, INDArray> plain = afterOneStep("none", "mto.enabled=false");
    List<String> all = differing(afterOneStep("all", "mto.gradients=all"), plain);
    assertThat(all).anyMatch(name -> name.contains("mask_token"));
    assertThat(all).hasSizeGreaterThan(4);
    assertThat(differing(afterOneStep("mask_token", "mto.gradients=mask_token"), plain))
        .isNotEmpty()
        .containsExactlyElementsOf(
            all.stream().filter(name -> name.contains("mask_token")).toList());
    assertThat(differing(afterOneStep("not_encoder", "mto.gradients=not_encoder"), plain))
        .containsExactlyElementsOf(all.stream().filter(this::isOutsideOfTheEncoder).toList());
    Map<String, INDArray> fixed = afterOneStep("not_visible", "mto.gradients=not_visible");
    assertThat(differing(fixed, plain)).anyMatch(name -> name.contains("mask_token"));
    assertThat(differing(fixed, afterOneStep("all-again", "mto.gradients=all"))).isNotEmpty();
  }

  private Map<String, INDArray> afterOneStep(String name, String setting) {
    Path run =
        tiny.train(
            "moved-" + name,
            setting,
            "mto.weights={spa: 1, e: 1, r: 1}",
            "mto.normalise=l2",
            "mto.temperature=0.1",
            "training.epochs=1",
            "training.batch=48",
            "training.clip=0",
            QUICK);
    return WeightFile.read(TinyRun.last(run));
  }

  private static List<String> differing(Map<String, INDArray> a, Map<String, INDArray> b) {
    return parameters(a).stream()
        .filter(
            name ->
                !Bits.of(a.get(FIRST_MOMENT + name)).equals(Bits.of(b.get(FIRST_MOMENT + name))))
        .sorted()
        .toList();
  }

  @Test
  void normsOfTokensAreLoggedWithHeterogeneity() {
    for (Path run : List.of(reference, plain)) {
      for (JsonNode row : TinyRun.metrics(run)) {
        for (int group = 0; group < groups.size(); group++) {
          JsonNode masked = row.path(grouped("norm.masked", ".", "").get(group));
          JsonNode visible = row.path(grouped("norm.visible", ".", "").get(group));
          JsonNode h = row.path(grouped("heterogeneity", ".", "").get(group));
          assertThat(masked).hasSameSizeAs(h).allMatch(norm -> norm.asDouble() > 0);
          assertThat(visible).hasSameSizeAs(h).allMatch(norm -> norm.asDouble() > 0);
          if (group == 0 && row.has("mask_token_norm")) {
            assertThat(masked.get(0).asDouble())
                .isCloseTo(row.get("mask_token_norm").asDouble(), within(1e-5));
          }
        }
      }
    }
  }

  @Test
  void layersAndDecodersThatAreNotThereAreRefusedByTheirKey() {
    assertRefused("mto.ranking_layers=[0, 99]", "mto.ranking_layers: [0, 99] must be of layers");
    assertRefused("mto.sparsity_layers=[99]", "mto.sparsity_layers: [99] must be of layers");
    assertRefused("mto.decoder_weights={other: 1}", "mto.decoder_weights: there is no decoder");
  }

  @Test
  void anExistingRunIsNotOverwritten() {
    assertThatThrownBy(() -> tiny.train("reference"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a run is there already")
        .hasMessageContaining("--resume");
  }

  /** Asserts that a run with this setting is refused with this message. */
  protected final void assertRefused(String setting, String message) {
    assertThatThrownBy(() -> tiny.train("refused " + setting.hashCode(), setting))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  /** A figure of a run's first step. */
  protected static double first(Path run, String key) {
    return TinyRun.metrics(run).get(0).get(key).asDouble();
  }

  /** The mean of a figure. */
  protected static double mean(List<JsonNode> rows, String key) {
    return rows.stream().mapToDouble(row -> row.get(key).asDouble()).average().orElseThrow();
  }

  private static void assertSame(Path actual, Path expected) {
    assertThat(TinyRun.metrics(actual)).isEqualTo(TinyRun.metrics(expected));
    assertThat(TinyRun.last(actual)).hasSameBinaryContentAs(TinyRun.last(expected));
  }

  private static List<Double> figures(JsonNode node) {
    return node.isArray()
        ? StreamSupport.stream(node.spliterator(), false).map(JsonNode::asDouble).toList()
        : List.of(node.asDouble());
  }

  /** Names of what there is of each group. */
  private List<String> grouped(String name, String separator, String end) {
    return groups.stream()
        .map(group -> name + (group.isEmpty() ? "" : separator + group) + end)
        .toList();
  }

  /** The parameters of a checkpoint: what has a first moment. */
  private static List<String> parameters(Map<String, INDArray> tensors) {
    return tensors.keySet().stream()
        .filter(name -> name.startsWith(FIRST_MOMENT))
        .map(name -> name.substring(FIRST_MOMENT.length()))
        .toList();
  }

  private static String checkpoint(int epoch) {
    return "checkpoints/epoch-%04d.safetensors".formatted(epoch);
  }

  private int epochs() {
    return tiny.config().training().epochs();
  }
}
