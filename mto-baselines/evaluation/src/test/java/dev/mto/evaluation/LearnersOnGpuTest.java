package dev.mto.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.data.ImageBatch;
import dev.mto.data.ImageBatches;
import dev.mto.engine.Baseline;
import dev.mto.engine.Baselines;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.ConfigLoader;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.encoder.FrozenEncoder;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.graph.LabelledImages;
import dev.mto.engine.testing.Closeness;
import dev.mto.engine.testing.TinyRun;
import dev.mto.engine.weights.StateTensors;
import dev.mto.executor.cuda.EmulatedCuda;
import dev.mto.oracle.Bits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Steps of classifiers on an emulated GPU: their numbers, what is copied, what is saved. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class LearnersOnGpuTest {
  private static final int BATCH = 4;
  private static final int MICRO_BATCHES = 2;
  private static final int STEPS = 3;
  private static final int CLASSES = 2;
  private static final long PIXELS = 3 * 32 * 32;
  private static final double LEARNING_RATE = 1e-3;
  private static final Baseline BASELINE = Baselines.named("mae");
  private static final String[] SETTINGS = {"epochs=1", "batch=" + BATCH, "warmup_epochs=0"};

  /** What of the state has a gradient that is not zero in theory. */
  private static final String COMPARED =
      "(average\\.|optimizer\\.momentum/)?(.*mlp\\.fc[12]\\.weight|head\\..*|attentive\\..*)";

  private enum Kind {
    FINE_TUNING {
      @Override
      Learner of(RunConfig config) {
        FineTuneConfig recipe =
            recipe(
                BASELINE.fineTuneRecipe(),
                FineTuneConfig.class,
                "clip=0.5",
                "weight_decay=0.1",
                "layer_decay=0.5",
                "drop_path=0.3",
                "head_std=1.0",
                "weight_average=0.9");
        return new FineTuner(
            BASELINE, config, recipe, Map.of(), CLASSES, recipe.learningRate(STEPS));
      }

      @Override
      long more(RunConfig config) {
        return 2L * config.vit().depth();
      }

      @Override
      long features(RunConfig config) {
        return 0;
      }
    },
    LINEAR_PROBE {
      @Override
      Learner of(RunConfig config) {
        LinearProbeConfig recipe =
            recipe(BASELINE.linearProbeRecipe(), LinearProbeConfig.class, "weight_decay=0.1");
        return new LinearProbe(FrozenEncoder.untrained(BASELINE, config, 1), recipe, CLASSES);
      }

      @Override
      long features(RunConfig config) {
        return config.vit().dim();
      }
    },
    ATTENTIVE_PROBE {
      @Override
      Learner of(RunConfig config) {
        AttentiveProbeConfig recipe =
            recipe(
                BASELINE.attentiveProbeRecipe(),
                AttentiveProbeConfig.class,
                "cached=false",
                "clip=0.5");
        return new AttentiveProbe(
            FrozenEncoder.untrained(BASELINE, config, 1),
            config.vit(),
            recipe,
            TinyRun.TRAIN,
            CLASSES);
      }

      @Override
      long features(RunConfig config) {
        return (long) config.vit().patches() * config.vit().dim();
      }
    };

    abstract Learner of(RunConfig config);

    /** Values for an image that come from a frozen encoder and go to the classifier. */
    abstract long features(RunConfig config);

    /** Values for an image that the model is fed besides pixels and features. */
    long more(RunConfig config) {
      return 0;
    }

    private static <T> T recipe(String yaml, Class<T> type, String... settings) {
      List<String> all = new ArrayList<>(List.of(SETTINGS));
      all.addAll(List.of(settings));
      return ConfigLoader.load(yaml, null, all, type);
    }
  }

  @TempDir private Path root;
  private RunConfig config;
  private LabelledImages images;

  @BeforeEach
  void generate() {
    config =
        new TinyRun(BASELINE, root, "options={decoder_dim: 16, decoder_depth: 1, decoder_heads: 2}")
            .config();
    images = LabelledImages.open(config, null);
  }

  private Map<String, Object> step(Learner learner, int at) {
    try (ImageBatches batches = images.training(config.centreCrop(), at, 0, BATCH, 1)) {
      return learner.step(
          List.of(batches.nextBatch(), batches.nextBatch()),
          new TrainingPosition(at, STEPS, 1),
          LEARNING_RATE);
    }
  }

  private static Map<String, INDArray> saved(Learner learner) {
    Map<String, INDArray> saved = new LinkedHashMap<>();
    learner.state().forEach((name, array) -> saved.put(name, array.dup()));
    return saved;
  }

  private float[] logits(Learner learner) {
    float[][] found = new float[1][];
    try (ImageBatches batches = images.centreCrops(images.validation(), BATCH);
        ImageBatch batch = batches.nextBatch()) {
      learner.logits(batch.images(), logits -> found[0] = logits.dup('c').data().asFloat());
    }
    return found[0];
  }

  /** Steps from a state, or from the first values for none; the state after each. */
  private List<Map<String, INDArray>> train(
      Kind kind, Map<String, INDArray> from, int first, int end, List<Map<String, Object>> rows) {
    List<Map<String, INDArray>> states = new ArrayList<>();
    try (Learner learner = kind.of(config)) {
      if (from != null) {
        StateTensors.restore(learner.state(), from, root);
        learner.resumeAt(first);
      }
      for (int at = first; at < end; at++) {
        rows.add(step(learner, at));
        states.add(saved(learner));
      }
    }
    return states;
  }

  private static void assertNear(Map<String, INDArray> actual, Map<String, INDArray> expected) {
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    int compared = 0;
    for (Map.Entry<String, INDArray> wanted : expected.entrySet()) {
      if (wanted.getKey().matches(COMPARED)) {
        Closeness.assertClose(
            wanted.getKey(), actual.get(wanted.getKey()), wanted.getValue(), 1e-3, 0);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(1);
  }

  private static void assertNearRows(
      List<Map<String, Object>> actual, List<Map<String, Object>> expected) {
    for (int at = 0; at < expected.size(); at++) {
      for (String figure : List.of("loss", "grad_norm")) {
        double value = (double) expected.get(at).get(figure);
        assertThat((double) actual.get(at).get(figure))
            .as(figure + " of step " + at)
            .isCloseTo(value, within(1e-4 * Math.max(1, value)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStepMovesFeedsUpAndNumbersToLogDownAndHasTheProcessorsNumbers(Kind kind) {
    List<Map<String, Object>> expectedRows = new ArrayList<>();
    Map<String, INDArray> expected = train(kind, null, 0, STEPS, expectedRows).get(STEPS - 1);
    long features = kind.features(config);
    List<Map<String, Object>> rows = new ArrayList<>();
    EmulatedCuda.during(
        gpu -> {
          try (Learner learner = kind.of(config)) {
            rows.add(step(learner, 0));
            rows.add(step(learner, 1));
            long up = gpu.count("bytes to the device");
            long down = gpu.count("bytes to the host");
            rows.add(step(learner, 2));
            assertThat(gpu.count("bytes to the device") - up)
                .as("pixels, features, targets, dropped paths")
                .isEqualTo(
                    (long) Float.BYTES
                        * BATCH
                        * MICRO_BATCHES
                        * (PIXELS + features + CLASSES + kind.more(config)));
            assertThat(gpu.count("bytes to the host") - down)
                .as("features, and a loss and a norm for each micro-batch")
                .isEqualTo((long) Float.BYTES * MICRO_BATCHES * (BATCH * features + 2));

            float[] first = logits(learner);
            up = gpu.count("bytes to the device");
            down = gpu.count("bytes to the host");
            assertThat(logits(learner)).isEqualTo(first);
            assertThat(gpu.count("bytes to the device") - up)
                .isEqualTo((long) Float.BYTES * BATCH * (PIXELS + features + kind.more(config)));
            assertThat(gpu.count("bytes to the host") - down)
                .isEqualTo((long) Float.BYTES * BATCH * (features + CLASSES));
            assertNear(saved(learner), expected);
          }
          assertThat(gpu.bytes(0)).as("all memory is given back").isZero();
          return null;
        });
    assertNearRows(rows, expectedRows);
  }

  @ParameterizedTest
  @EnumSource
  void aJobGoesOnOnAGpuAndComesBackAndIsResumedThereToTheBit(Kind kind) {
    List<Map<String, Object>> expected = new ArrayList<>();
    List<Map<String, INDArray>> onProcessor = train(kind, null, 0, STEPS, expected);

    List<Map<String, Object>> rows = new ArrayList<>(expected.subList(0, 1));
    Map<String, INDArray> onGpu =
        EmulatedCuda.during(gpu -> train(kind, onProcessor.get(0), 1, 2, rows)).get(0);
    Map<String, INDArray> back = train(kind, onGpu, 2, STEPS, rows).get(0);
    assertNear(back, onProcessor.get(STEPS - 1));
    assertNearRows(rows, expected);

    EmulatedCuda.during(
        gpu -> {
          List<Map<String, INDArray>> whole =
              train(kind, onProcessor.get(0), 1, STEPS, new ArrayList<>());
          List<Map<String, INDArray>> resumed =
              train(kind, whole.get(0), 2, STEPS, new ArrayList<>());
          assertThat(Bits.of(resumed.get(0))).isEqualTo(Bits.of(whole.get(1)));
          return null;
        });
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsMovedByAStepThatDiverges(Kind kind) {
    EmulatedCuda.during(
        gpu -> {
          try (Learner learner = kind.of(config);
              ImageBatches batches = images.training(config.centreCrop(), 0, 0, BATCH, 1)) {
            step(learner, 0);
            Map<String, INDArray> before = saved(learner);
            List<ImageBatch> microBatches = List.of(batches.nextBatch(), batches.nextBatch());
            microBatches.get(0).images().putScalar(0, Float.POSITIVE_INFINITY);
            assertThatThrownBy(
                    () ->
                        learner.step(
                            microBatches, new TrainingPosition(1, STEPS, 1), LEARNING_RATE))
                .isInstanceOf(DivergenceException.class)
                .hasMessageContaining("step 1: ")
                .hasMessageContaining("The weights were not touched");
            Map<String, INDArray> after = saved(learner);
            before.keySet().removeIf(name -> name.startsWith("head.norm."));
            after.keySet().retainAll(before.keySet());
            assertThat(Bits.of(after)).isEqualTo(Bits.of(before));
          }
          return null;
        });
  }
}
