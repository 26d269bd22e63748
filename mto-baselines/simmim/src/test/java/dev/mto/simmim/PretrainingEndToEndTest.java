package dev.mto.simmim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mto.engine.Baseline;
import dev.mto.engine.TrainingPosition;
import dev.mto.engine.config.RunConfig;
import dev.mto.engine.errors.DivergenceException;
import dev.mto.engine.folder.RunFolder;
import dev.mto.engine.folder.Start;
import dev.mto.engine.folder.StopSignal;
import dev.mto.engine.run.DryRun;
import dev.mto.engine.run.PretrainingJob;
import dev.mto.engine.testing.BaselineContract;
import dev.mto.engine.testing.TinyRun;
import dev.mto.models.weights.WeightFile;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Whole runs of SimMIM on generated images. */
class PretrainingEndToEndTest extends BaselineContract {
  PretrainingEndToEndTest() {
    super(TinySimMim::in, 8, 3);
  }

  @Test
  void theInitialEmbeddingsMaskedTokensAreTheMaskToken() throws IOException {
    INDArray maskToken = WeightFile.read(TinyRun.last(reference())).get("encoder.mask_token");
    List<String> csv = Files.readAllLines(reference().resolve("pictures/heterogeneity.csv"));

    assertThat(csv.get(0)).endsWith(",masked_norm,visible_norm");
    assertThat(csv).hasSize(4);
    String[] initial = csv.get(1).split(",", -1);
    assertThat(Double.parseDouble(initial[initial.length - 2]))
        .isCloseTo(maskToken.norm2Number().doubleValue(), within(1e-5));
    assertThat(Double.parseDouble(initial[initial.length - 1])).isPositive();
  }

  /** Otherwise the signal would end the process before its error is told. */
  @Test
  void aStopIsHeardUntilAJobThatFailedIsClosed() {
    RunConfig config = tiny().config("training.base_lr=1.0e+30", QUICK);
    RunFolder folder = RunFolder.create(tiny().root().resolve("fails"));
    PrintStream console = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
    try (PretrainingJob job =
        new PretrainingJob(tiny().baseline(), config, folder, Start.anew(), console)) {
      assertThatThrownBy(job::run).isInstanceOf(DivergenceException.class);

      StopSignal.request(); // ends the process where nobody listens

      assertThat(StopSignal.requested()).isTrue();
    }
    assertThat(StopSignal.requested()).isFalse();
  }

  /** A step that measures shares makes four more passes; a run has few of them. */
  @Test
  void aDryRunTimesStepsAfterThoseThatMeasureSharesOfGradients() {
    List<Long> steps = new ArrayList<>();
    Baseline observed =
        tiny()
            .observing(
                "trainingFeeds",
                (arguments, feeds) -> {
                  steps.add(((TrainingPosition) arguments[1]).step());
                  return feeds;
                });
    RunConfig config =
        tiny().config("mto.gradient_share=0.03", "mto.gradient_share_steps=500", QUICK);
    PrintStream console = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);

    DryRun.of(observed, config, tiny().root().resolve("dry"), Start.anew(), 1, 1e9, console);

    assertThat(steps.get(0)).isZero();
    assertThat(steps.stream().filter(step -> step >= 500).distinct()).hasSizeGreaterThan(3);
    assertThat(steps.stream().filter(step -> step < 500).distinct()).hasSizeLessThan(4);
  }
}
