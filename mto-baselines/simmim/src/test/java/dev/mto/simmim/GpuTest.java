package dev.mto.simmim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.engine.Baseline;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.errors.UserException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.testing.GpuContract;
import dev.mto.engine.testing.Ranks;
import dev.mto.engine.testing.TinyRun;
import dev.mto.executor.cuda.EmulatedCuda;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of SimMIM on an emulated GPU. */
class GpuTest extends GpuContract {
  GpuTest() {
    super(TinySimMim::in);
  }

  /**
   * What looks at the weights while they are trained: gradients of each loss, validation, nearest
   * neighbours and pictures; and what is written on the host before each step.
   */
  @Test
  void aRunWithEveryOptionHasTheNumbersOfTheProcessorAndResumesToTheBit() {
    String[] settings = {
      "training.epochs=1",
      "training.batch=16",
      "training.base_lr=5.0e-4",
      "checkpoint.every_minutes=0.0000001",
      "mto.schedule={warmup: 0.1, off: 0.9, decay: cosine, r: {off: 0.6, decay: none}}",
      "mto.gradient_share=0.05",
      "mto.gradient_share_steps=1",
      "mto.gradients=mask_token",
      "mto.temperature=learned",
      "log={heterogeneity_every: 3, knn_every_epochs: 1, pictures_every_epochs: 1,"
          + " mto_gradients_every: 2}"
    };
    Path expected = tiny().train("options", settings);
    EmulatedCuda.during(
        gpu -> {
          Path run = tiny().trainAndCopyAfterEachStep("options-gpu", settings);
          assertNear(run, expected);
          assertThat(run.resolve("pictures/reconstruction-0001.png")).isNotEmptyFile();
          Path resumed = tiny().resume("options-gpu-1");
          assertThat(TinyRun.metrics(resumed)).isEqualTo(TinyRun.metrics(run));
          assertThat(TinyRun.last(resumed)).hasSameBinaryContentAs(TinyRun.last(run));
          return null;
        });
  }

  @Test
  void sixMicroBatchesOnTwoWorkersMakeTheBitsOfOneProcessAndItGoesOnWithTheirRun() {
    String[] settings = {
      "training.epochs=1",
      "training.batch=4",
      "training.accumulate=6",
      "checkpoint.every_minutes=0.0000001",
      "log={heterogeneity_every: 1, knn_every_epochs: 1, pictures_every_epochs: 0,"
          + " mto_gradients_every: 1}"
    };
    EmulatedCuda.during(
        gpu -> {
          Path one = tiny().trainAndCopyAfterEachStep("six", settings);
          assertSame(tiny().trainByWorkers(2, "three-each", settings), one);
          assertSame(tiny().resumeByWorkers(2, "six-1"), one);
          return null;
        });
  }

  /** The process of a worker lives on. */
  @Test
  void workersThatDoNotAgreeGiveTheGpuBack() {
    RunFolder folder = RunFolder.create(tiny().root().resolve("disagreeing"));
    EmulatedCuda.during(
        gpu -> {
          assertThat(
                  Ranks.run(
                      2,
                      workers -> {
                        RunConfig own =
                            tiny()
                                .config("training.accumulate=2", "training.seed=" + workers.rank());
                        return TinyRun.runOf(tiny().baseline(), own, folder, Start.anew(), workers);
                      }))
              .allSatisfy(
                  worker ->
                      assertThat(worker.error())
                          .isInstanceOf(UserException.class)
                          .hasMessageContaining("rank 1 on localhost has configuration"));
          assertThat(gpu.opened()).as("contexts and streams").isZero();
          return null;
        });
  }

  @Test
  void aStepOfTwoWorkersOneOfWhichHasNoFiniteLossMovesNothingOnBoth() {
    RunConfig config = tiny().config("training.accumulate=2");
    Baseline diverging =
        tiny()
            .observing(
                "trainingFeeds",
                (arguments, feeds) -> {
                  if (arguments[2].equals(1)) {
                    ((Map<?, ?>) feeds)
                        .values()
                        .forEach(fed -> ((INDArray) fed).putScalar(0, Float.POSITIVE_INFINITY));
                  }
                  return feeds;
                });
    RunFolder folder = RunFolder.create(tiny().root().resolve("diverging"));
    EmulatedCuda.during(
        gpu -> {
          assertThat(
                  Ranks.run(
                      2,
                      workers -> TinyRun.runOf(diverging, config, folder, Start.anew(), workers)))
              .allSatisfy(
                  worker ->
                      assertThat(worker.error())
                          .isInstanceOf(DivergenceException.class)
                          .hasMessageContaining("step 0 (rank 1 on "));
          return null;
        });
    assertThat(folder.checkpoints()).isEmptyDirectory();
  }
}
