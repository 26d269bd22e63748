package dev.mto.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mto.executor.TinyModel.Kind;
import dev.mto.executor.cuda.EmulatedCuda;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Plans on an emulated GPU as captured graphs: the same numbers, and when they are captured. */
@EnabledIf(
    value = "dev.mto.executor.cuda.EmulatedCuda#isPossible",
    disabledReason = EmulatedCuda.NEEDS)
class GraphCaptureTest {
  private static final int CAPTURE_UNSUPPORTED = 900;
  private static final int IMAGES = 2;

  private static Results run(GraphSession session, TinyModel model, int images, long seed) {
    return Results.of(session, model.feeds(images, seed), model.values());
  }

  /** Images, masks and paths that are dropped are others in each run. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aPlanIsCapturedInItsSecondRunAndHasTheNumbersOfTheProcessor(Kind kind) {
    TinyModel model = kind.build(DataType.FLOAT);
    List<Results> expected = new ArrayList<>();
    try (GraphSession session = model.session()) {
      for (int seed = 0; seed < 4; seed++) {
        expected.add(run(session, model, IMAGES, seed));
      }
    }
    EmulatedCuda.during(
        gpu -> {
          long captures = gpu.count("captures");
          long graphs = gpu.count("graphs");
          long kernels = gpu.launches();
          long opened = gpu.opened();
          try (GraphSession session = model.session()) {
            run(session, model, IMAGES, 0).assertCloseTo(expected.get(0), 1e-4);
            long ofOne = gpu.launches() - kernels;
            assertThat(gpu.count("captures")).isEqualTo(captures);
            for (int seed = 1; seed < 4; seed++) {
              run(session, model, IMAGES, seed).assertCloseTo(expected.get(seed), 1e-4);
              assertThat(gpu.count("captures")).isEqualTo(captures + 1);
              assertThat(gpu.count("graphs")).isEqualTo(graphs + seed);
            }
            assertThat(gpu.launches() - kernels)
                .as("each run launches its kernels once, the first also those that fill")
                .isBetween(3 * ofOne, 4 * ofOne);
            Results again = run(session, model, IMAGES, 3);
            run(session, model, IMAGES, 3).assertSameBitsAs(again);
          }
          assertThat(gpu.opened()).as("graphs are given back").isEqualTo((int) opened);
          return null;
        });
  }

  @Test
  void memoryThatMovesIsCapturedAnew() {
    TinyModel model = Kind.ENCODER.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          long captures = gpu.count("captures");
          try (GraphSession session = model.session()) {
            Results first = run(session, model, IMAGES, 1);
            run(session, model, IMAGES, 1).assertSameBitsAs(first);
            assertThat(gpu.count("captures")).isEqualTo(captures + 1);
            Results larger = run(session, model, 3 * IMAGES, 1);
            run(session, model, 3 * IMAGES, 1).assertSameBitsAs(larger);
            assertThat(gpu.count("captures")).isEqualTo(captures + 2);
            run(session, model, IMAGES, 1).assertSameBitsAs(first);
            run(session, model, IMAGES, 1).assertSameBitsAs(first);
            assertThat(gpu.count("captures")).isEqualTo(captures + 3);
            run(session, model, 3 * IMAGES, 1).assertSameBitsAs(larger);
            assertThat(gpu.count("captures")).as("both stay").isEqualTo(captures + 3);
          }
          return null;
        });
  }

  /** By the driver in the end, or by a library or the driver in the midst of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {"cuStreamEndCapture", "cuGraphInstantiate_v2", "cublasLtMatmul", "cuLaunchKernel"})
  void whatCannotBeCapturedIsStartedOneByOne(String function) {
    TinyModel model = Kind.DECODER.build(DataType.FLOAT);
    EmulatedCuda.during(
        gpu -> {
          try (GraphSession session = model.session()) {
            Results first = run(session, model, IMAGES, 1);
            long graphs = gpu.count("graphs");
            gpu.fail(function, CAPTURE_UNSUPPORTED);
            for (int i = 0; i < 3; i++) {
              long launches = gpu.launches();
              run(session, model, IMAGES, 1).assertSameBitsAs(first);
              assertThat(gpu.launches()).isGreaterThan(launches);
            }
            assertThat(gpu.count("graphs")).isEqualTo(graphs);
          }
          return null;
        });
  }
}
